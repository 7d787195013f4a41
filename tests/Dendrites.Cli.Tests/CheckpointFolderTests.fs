module Dendrites.Tests.CheckpointFolderTests

open System
open System.Collections.Generic
open System.IO
open System.Text.Json
open Expecto
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Support

/// A run of four small tasks on random images.
let private config =
    match Presets.find "quick" with
    | Ok preset ->
        Configuration.Apply(
            preset.Config,
            [ Setting("tasks", "4")
              Setting("hidden", "8,8")
              Setting("segments", "2")
              Setting("density", "0.25")
              Setting("batch", "16") ]
        )
    | Error problem -> failtest $"{problem}"

let private plan =
    lazy
        (let random = Random 1

         let images count =
             Array.init (count * 784) (fun _ -> byte (random.Next 256))

         let samples count =
             Stream.samples 0 (images count) (Array.init count (fun i -> byte (i % 10)))

         Run.plan config (samples 48) (samples 20))

let private recordOf digest =
    RunRecord(
        Experiment = config.Experiment,
        Preset = config.Preset,
        Seed = config.Seed,
        Engine = "reference",
        EngineAsked = "auto",
        Device = "cpu",
        Threads = 1,
        Config = ConfigJson.Of config,
        ConfigDigest = digest,
        Data = Dictionary(),
        Code = CodeFacts.Here(),
        Libraries = LibraryFacts.Here(),
        Machine = Machine.Here(),
        Started = DateTimeOffset.UnixEpoch
    )

let private record = recordOf (ConfigJson.Digest config)

let private lengths after =
    LogLengths(100L * int64 after, 10L * int64 after)

let private named (state: Run.State<Learner.State>) =
    [ for name, tensor in plan.Value.Method.Save state.Learner ->
          name, tensor.shape, tensor.torch.bytes.ToArray() ]

/// Runs to the end, keeping checkpoints in `folder`; what every kept state looked like, by tasks done.
let private runWith (folder: CheckpointFolder) =
    let mutable latest = Run.start plan.Value
    let seen = Dictionary<int, (string * int[] * byte[]) list>()

    for happened in Run.events plan.Value (fun state -> latest <- state) latest do
        match happened with
        | TaskEnded task ->
            folder.Write(plan.Value, latest, record, lengths (task + 1))
            seen[task + 1] <- named latest
        | _ -> ()

    seen

/// `f` after a whole run, with the folder's path, what was kept, and the warnings so far.
let private afterRun
    (f:
        string
            -> CheckpointFolder
            -> Dictionary<int, (string * int[] * byte[]) list>
            -> ResizeArray<string>
            -> unit)
    =
    inFolder (fun path ->
        let warnings = ResizeArray()
        let folder = CheckpointFolder(path, (fun line -> warnings.Add line))
        let seen = runWith folder
        f path folder seen warnings)

let private tasksDone (folder: CheckpointFolder) =
    let found = folder.Read(plan.Value, record)

    if found.HasValue then
        let struct (checkpoint, _) = found.Value
        Some checkpoint.TasksDone
    else
        None

/// The newest checkpoint is damaged by `damage`; the one before is used, and the user is told.
let private stepsOver name (damage: string -> unit) =
    test $"{name} is told, and the one before is used" {
        afterRun (fun path folder _ warnings ->
            damage (Path.Combine(path, "task-0004"))
            Expect.equal (tasksDone folder) (Some 3) "the one before"
            Expect.equal warnings.Count 1 "one line"
            Expect.stringContains warnings[0] "task-0004" "which one")
    }

/// Makes the JSON of a checkpoint agree with its tensors' file again.
let private reseal (task: string) =
    let state = Nodes.JsonNode.Parse(File.ReadAllText(task + ".json")) |> nonNull
    state["tensorsDigest"] <- Nodes.JsonValue.Create(SafetensorsReader.DigestOf(task + ".safetensors"))
    File.WriteAllText(task + ".json", string (Checkpoint.Parse(state.ToJsonString()).Sealed()))

/// Writes the tensors' file anew with other entries over the same bytes, and reseals the checkpoint.
let private relay (change: SafetensorsEntry -> string * int64[]) (task: string) =
    let path = task + ".safetensors"

    let tensors, metadata =
        use reader = new SafetensorsReader(path)

        [ for entry in reader.Header.Entries ->
              let bytes = Array.zeroCreate (int entry.Length)
              reader.Read(entry, 0L, bytes.AsSpan())
              entry, bytes ],
        reader.Header.Metadata

    let bytesOf = dict [ for entry, bytes in tensors -> entry.Name, bytes ]

    let laid =
        [ for entry, _ in tensors ->
              let dtype, shape = change entry
              struct (entry.Name, dtype, shape) ]

    do
        use file = File.Create path

        SafetensorsWriter.Write(
            file,
            SafetensorsHeader.Lay(laid, metadata),
            fun name piece -> piece.Invoke(ReadOnlySpan bytesOf[name])
        )
        |> ignore

    reseal task

let private first = "parameters.hidden.0.weight"

let private flip (path: string) =
    let bytes = File.ReadAllBytes path
    let at = bytes.Length / 2
    bytes[at] <- bytes[at] ^^^ 1uy
    File.WriteAllBytes(path, bytes)

let private truncate (path: string) =
    use file = File.OpenWrite path
    file.SetLength(file.Length / 2L)

[<Tests>]
let tests =
    testList
        "checkpoint folder"
        [ test "the newest state comes back, tensor by tensor" {
              afterRun (fun _ folder seen warnings ->
                  let struct (checkpoint, state) = (folder.Read(plan.Value, record)).Value
                  Expect.equal checkpoint.TasksDone 4 "tasks"
                  Expect.equal checkpoint.Lengths (lengths 4) "lengths"
                  Expect.isTrue state.Position.IsOver "the end"
                  Expect.equal (named state) seen[4] "the tensors"
                  Expect.equal state.Matrix.Cells.Count 10 "the matrix"
                  Expect.isEmpty warnings "nothing to tell")
          }

          test "the newest two are kept, nothing else" {
              afterRun (fun path _ _ _ ->
                  Expect.equal
                      (Directory.GetFiles path |> Array.map Path.GetFileName |> Array.sort)
                      [| for task in [ "task-0003"; "task-0004" ] do
                             task + ".json"
                             task + ".safetensors" |]
                      "the files")
          }

          test "what a killed writer left is swept away" {
              inFolder (fun path ->
                  File.WriteAllText(Path.Combine(path, "task-0009.safetensors.1.part"), "half")
                  runWith (CheckpointFolder(path, ignore)) |> ignore
                  Expect.isEmpty (Directory.GetFiles(path, "*.part")) "no half")
          }

          test "an empty folder holds no checkpoint" {
              inFolder (fun path -> Expect.isNone (tasksDone (CheckpointFolder(path, ignore))) "none")
          }

          stepsOver "a flipped byte in the tensors" (fun task -> flip (task + ".safetensors"))
          stepsOver "a truncated tensor file" (fun task -> truncate (task + ".safetensors"))
          stepsOver "a missing tensor file" (fun task -> File.Delete(task + ".safetensors"))
          stepsOver "truncated JSON" (fun task -> truncate (task + ".json"))
          stepsOver "empty JSON" (fun task -> File.WriteAllText(task + ".json", ""))

          stepsOver "a sealed checkpoint whose header claims more than there is" (fun task ->
              File.WriteAllBytes(task + ".safetensors", BitConverter.GetBytes Int64.MaxValue)
              reseal task)

          stepsOver
              "a sealed checkpoint of a tensor of another type"
              (relay (fun entry -> (if entry.Name = first then "I32" else entry.Dtype), entry.Shape))

          stepsOver
              "a sealed checkpoint of a tensor of another shape"
              (relay (fun entry ->
                  entry.Dtype,
                  if entry.Name = first then
                      Array.rev entry.Shape
                  else
                      entry.Shape))

          test "a tensor with nothing in it may not claim to be longer than can be counted" {
              for shape in [ [| 0L; 1L <<< 40 |]; [| 0L; 1L <<< 30; 1L <<< 30; 1L <<< 30 |] ] do
                  inFolder (fun path ->
                      let file = Path.Combine(path, "t.safetensors")
                      let header = SafetensorsHeader.Lay([ struct ("a", "U8", shape) ], Dictionary())

                      do
                          use target = File.Create file
                          SafetensorsWriter.Write(target, header, (fun _ _ -> ())) |> ignore

                      use reader = new SafetensorsReader(file)

                      Expect.throwsT<InvalidDataException>
                          (fun () -> TensorFile.Read(reader, nonNull (reader.Find "a")) |> ignore)
                          "told")
          }

          stepsOver "a sealed checkpoint of impossible figures" (fun task ->
              let state = Nodes.JsonNode.Parse(File.ReadAllText(task + ".json")) |> nonNull
              state["matrix"] <- null
              File.WriteAllText(task + ".json", string (Checkpoint.Parse(state.ToJsonString()).Sealed())))

          test "a checkpoint of another configuration is not used" {
              afterRun (fun path _ _ _ ->
                  let warnings = ResizeArray()
                  let other = recordOf "another"

                  let found =
                      CheckpointFolder(path, (fun line -> warnings.Add line)).Read(plan.Value, other)

                  Expect.isFalse found.HasValue "none"
                  Expect.equal warnings.Count 2 "both are told")
          }

          test "memory does not grow with reading" {
              afterRun (fun _ folder _ _ ->
                  let read () =
                      let struct (_, state) = (folder.Read(plan.Value, record)).Value
                      Tree.dispose state.Learner

                  read ()
                  // Whatever other tests left is gone before the count begins.
                  GC.Collect()
                  GC.WaitForPendingFinalizers()
                  let before = Scope.live ()

                  for _ in 1..5 do
                      read ()

                  Expect.isLessThanOrEqual (Scope.live ()) before "tensors alive")
          } ]
    |> testSequenced
