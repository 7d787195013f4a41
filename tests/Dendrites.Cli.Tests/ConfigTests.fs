module Dendrites.Tests.ConfigTests

open System.IO
open System.Text.Json
open System.Text.Json.Nodes
open Expecto
open FsCheck.FSharp
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Support

let private preset name =
    match Presets.find name with
    | Ok preset -> preset.Config
    | Error problem -> failtest $"{problem}"

let private arguments (line: string) =
    match CommandLine.parse (line.Split ' ') with
    | Command.Run arguments -> arguments
    | other -> failtest $"{other}"

let private value key (config: RunConfig) =
    RunConfig.entries config |> List.find (fst >> (=) key) |> snd

let private object (text: string) : JsonObject =
    match JsonNode.Parse text with
    | :? JsonObject as json -> json
    | other -> failtest $"{other}"

let private parsed (text: string) =
    [ for setting in ConfigFile.Parse(text, "a.toml") -> setting.Key, setting.Value ]

let private withToml (text: string) (f: string -> unit) =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "a.toml")
        File.WriteAllText(path, text)
        f path)

[<Tests>]
let file =
    testList
        "configuration file"
        [ test "every TOML type becomes the text that --set would take" {
              let text =
                  "method = \"mlp\"\ntasks = 5\nlr = 1e-3\nk-winners = true\nhidden = [64, 32]\nevaluate = 'last'\n\"batch\" = 8"

              Expect.equal
                  (parsed text)
                  [ "method", "mlp"
                    "tasks", "5"
                    "lr", "0.001"
                    "k-winners", "true"
                    "hidden", "64,32"
                    "evaluate", "last"
                    "batch", "8" ]
                  "the settings"
          }

          test "every problem names the file and the line" {
              let broken text line =
                  fails ExitCode.BadConfig [ $"a.toml line {line}" ] (fun () -> parsed text |> ignore)

              broken "tasks = 1\nlr = " 2
              broken "tasks = 1\n\n[model]\nlr = 1" 3
              broken "tasks = 1\ntasks = 2" 2
              broken "lr = 1979-05-27" 1
          }

          test "a missing file is a bad configuration" {
              fails ExitCode.BadConfig [ "/nowhere.toml" ] (fun () ->
                  ConfigFile.Read "/nowhere.toml" |> ignore)
          } ]

[<Tests>]
let resolution =
    testList
        "configuration"
        [ test "without words it is the ten published tasks" {
              let config = Configuration.Resolve(arguments "run permuted-mnist")

              Expect.equal
                  (RunConfig.entries config)
                  (RunConfig.entries (preset "prototype-10"))
                  "prototype-10"
          }

          test "--set wins over the file, the file over the preset" {
              withToml "preset = \"quick\"\ntasks = 3\nlr = 0.25" (fun path ->
                  let config =
                      Configuration.Resolve(arguments $"run permuted-mnist --config {path} --set tasks=4")

                  Expect.equal config.Preset "quick" "the file's preset"
                  Expect.equal config.Tasks 4 "--set"
                  Expect.equal config.LearningRate 0.25 "the file"
                  Expect.equal config.Batch (preset "quick").Batch "the preset")
          }

          test "--preset wins over the file's" {
              withToml "preset = \"quick\"" (fun path ->
                  let config =
                      Configuration.Resolve(
                          arguments $"run permuted-mnist --config {path} --preset prototype-2"
                      )

                  Expect.equal config.Preset "prototype-2" "--preset")
          }

          test "method comes first, so that keys beside it hold" {
              let config =
                  Configuration.Resolve(arguments "run permuted-mnist --set weight-sparsity=0.25 method=mlp")

              Expect.equal config.WeightSparsity 0.25 "the key"
              Expect.equal (value "method" config) "mlp" "the method"
          }

          test "--seed wins over everything" {
              let config = Configuration.Resolve(arguments "run permuted-mnist --set seed=3")
              Expect.equal (Configuration.WithSeed(config, 5)).Seed 5 "the seed"
          }

          test "an unknown key names the nearest one, and its line" {
              withToml "tasks = 3\nhiden = [3]" (fun path ->
                  fails ExitCode.BadConfig [ "line 2"; "hiden"; "'hidden'" ] (fun () ->
                      Configuration.Resolve(arguments $"run permuted-mnist --config {path}") |> ignore))
          }

          test "all problems are told at once" {
              fails ExitCode.BadConfig [ "tasks was '-1'"; "lr was 'x'" ] (fun () ->
                  Configuration.Resolve(arguments "run permuted-mnist --set tasks=-1 lr=x")
                  |> ignore)
          }

          test "an unknown preset names the nearest one" {
              fails ExitCode.BadConfig [ "'prototype-10'" ] (fun () ->
                  Configuration.Resolve(arguments "run permuted-mnist --preset protype-10")
                  |> ignore)
          }

          test "an unknown experiment is misuse that names what there is" {
              fails ExitCode.Usage [ "permuted-mnist" ] (fun () ->
                  Configuration.Resolve(arguments "run x") |> ignore)
          }

          test "keys that cannot go together are told" {
              fails ExitCode.BadConfig [ "segments" ] (fun () ->
                  Configuration.Validate(
                      Configuration.Resolve(arguments "run permuted-mnist --set segments=0")
                  ))
          }

          test "a folder of images is the same folder from everywhere" {
              let config = Configuration.Resolve(arguments "run permuted-mnist --set data=here")
              Expect.isTrue (Path.IsPathRooted config.Data) config.Data
          } ]

/// Configurations some way from a preset.
let private configs =
    gen {
        let! preset = Gen.elements Presets.all
        let! tasks = Gen.choose (1, 200)
        let! epochs = Gen.choose (1, 9)
        let! rate = Gen.choose (1, 1_000_000)
        let! hidden = Gen.nonEmptyListOf (Gen.choose (1, 4000))
        let! evaluate = Gen.elements [ "every"; "last"; "2"; "2,5" ]
        let! data = Gen.elements [ "mnist"; "/a folder/with, a comma"; "/7" ]
        let! optimiser = Gen.elements [ "adam"; "sgd"; "sgd:0.9" ]

        let settings =
            [ Setting("tasks", $"{tasks}")
              Setting("epochs", $"{epochs}")
              Setting("lr", (float rate * 1e-9).ToString "R")
              Setting("hidden", hidden |> List.map string<int> |> String.concat ",")
              Setting("evaluate", evaluate)
              Setting("data", data)
              Setting("optimiser", optimiser) ]

        return Configuration.Apply(preset.Config, settings)
    }
    |> Arb.fromGen

[<Tests>]
let json =
    testList
        "configuration as JSON"
        [ prop
              "what was written is read"
              (Prop.forAll configs (fun config ->
                  let text = ConfigJson.Of(config).ToJsonString()
                  let read = ConfigJson.Read(object text, preset config.Preset)
                  Expect.equal (RunConfig.entries read) (RunConfig.entries config) text
                  Expect.equal (ConfigJson.Digest read) (ConfigJson.Digest config) "the digest"))

          prop
              "another value of a key is another digest"
              (Prop.forAll configs (fun config ->
                  let other = Configuration.Apply(config, [ Setting("tasks", $"{config.Tasks + 1}") ])
                  Expect.notEqual (ConfigJson.Digest other) (ConfigJson.Digest config) "tasks"))

          test "values have the types that a reader expects" {
              let json = ConfigJson.Of(preset "prototype-10")
              use document = JsonDocument.Parse(json.ToJsonString())

              let kind (key: string) =
                  document.RootElement.GetProperty(key).ValueKind

              Expect.equal (kind "lr") JsonValueKind.Number "lr"
              Expect.equal (kind "hidden") JsonValueKind.Array "hidden"
              Expect.equal (kind "k-winners") JsonValueKind.True "k-winners"
              Expect.equal (kind "method") JsonValueKind.String "method"
          } ]
