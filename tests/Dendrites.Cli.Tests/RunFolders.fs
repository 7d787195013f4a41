/// Run folders as `dendrites run` leaves them, made up: what reads them needs no training.
module Dendrites.Tests.RunFolders

open System.IO
open System.Text.Json
open Expecto
open Dendrites
open Dendrites.Cli

/// What a made-up run is; what is not said comes from the preset.
type MadeUp =
    {
        /// Where it goes, in the folder of the test.
        Name: string
        /// The settings that it started from.
        Preset: string
        /// Keys that were set.
        Keys: (string * string) list
        /// The root of all randomness.
        Seed: int
        /// Right answers of a hundred: a row after each task, as far as it came.
        Rows: int list list
        /// Whether it has a summary.
        Finished: bool
        /// Names of metrics that its summary does not have yet.
        Unknown: string list
    }

/// Two tasks, finished.
let two name seed last =
    { Name = name
      Preset = "prototype-2"
      Keys = []
      Seed = seed
      Rows = [ [ 90 ]; last ]
      Finished = true
      Unknown = [] }

let private configOf run =
    let keys = ("seed", string<int> run.Seed) :: run.Keys

    match Presets.find run.Preset with
    | Ok preset ->
        match RunConfig.setAll keys preset.Config with
        | Ok config -> config
        | Error problems -> failtestf "%A" problems
    | Error problem -> failtestf "%O" problem

let private matrixOf run =
    (Metrics.empty, List.indexed run.Rows)
    ||> List.fold (fun matrix (after, row) ->
        (matrix, List.indexed row)
        ||> List.fold (fun matrix (on, percent) ->
            Metrics.add after on { Correct = percent; Total = 100 } matrix))

let private cells run =
    [ for after, row in List.indexed run.Rows do
          for on, percent in List.indexed row do
              after + 1, on + 1, percent ]

/// Writes the run into `folder`.
let write (folder: string) run =
    let config = configOf run
    let path = Path.Combine(folder, run.Name)
    Directory.CreateDirectory path |> ignore

    let text name (content: string) =
        File.WriteAllText(Path.Combine(path, name), content)

    let document name (value: obj) =
        text name (JsonSerializer.Serialize(value, Json.Document))

    document
        "run.json"
        {| experiment = config.Experiment
           preset = run.Preset
           seed = run.Seed
           config = ConfigJson.Of config
           started = $"2026-01-01T00:00:{run.Seed % 60:D2}+00:00" |}

    text
        "accuracy.csv"
        ("after,on,accuracy\n"
         + String.concat
             ""
             [ for after, on, percent in cells run -> $"{after},{on},{float percent / 100.0:R}\n" ])

    let evaluations =
        [ for after, on, percent in cells run ->
              $"{{\"event\":\"evaluation\",\"after\":{after},\"on\":{on},\"correct\":{percent},\"of\":100}}\n" ]

    let step =
        "{\"event\":\"step\",\"task\":1,\"epoch\":1,\"step\":10,\"total\":10,\"loss\":0.5}\n"

    text "metrics.jsonl" (String.concat "" (step :: evaluations))

    if run.Finished then
        let matrix = matrixOf run
        let last = List.last run.Rows |> List.map (fun percent -> float percent / 100.0)
        let published = Published.Of config |> Option.ofObj

        let metrics =
            dict
                [ for name, metric in Metrics.named do
                      if not (List.contains name run.Unknown) then
                          name, Option.toNullable (metric matrix) ]

        document
            "summary.json"
            {| experiment = config.Experiment
               preset = run.Preset
               method = Methods.nameOf config
               engine = "fused"
               device = "cpu"
               threads = 2
               tasks = config.Tasks
               seed = run.Seed
               accuracy = List.average last
               accuracyPerTask = last
               published =
                published
                |> Option.filter (fun known -> known.Changed.Length = 0)
                |> Option.map _.Accuracy
                |> Option.toNullable
               publishedWith =
                published
                |> Option.filter (fun known -> known.Changed.Length > 0)
                |> Option.toObj
               metrics = metrics
               parametersNonZero = 100
               parametersStored = 200
               steps = 10
               seconds = 61.5
               secondsTraining = 50
               secondsTesting = 5
               peakMegabytes = 800
               runFolder = run.Name |}
