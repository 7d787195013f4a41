module Dendrites.Tests.ScenarioTests

open Expecto
open Dendrites

let private scale = { Mean = 0.2; Deviation = 0.5 }

/// Samples of small images of bytes, a class for each in turn.
let private samples count side key =
    let pixels = Key.integers 0 256 (count * side * side) key |> Array.map byte
    Stream.samples 0 pixels [| for i in 0 .. count - 1 -> byte (i * 7 % 10) |]

let private all (task: Task) = task.Gather [| 0 .. task.Size - 1 |]

let private pictures (samples: Samples) =
    Array.zip (rows samples.Images) (integers samples.Labels)

/// As many of the same, in any order.
let private expectSamePictures (expected: seq<_>) (actual: seq<_>) message =
    Expect.equal (actual |> Seq.countBy id |> Map) (expected |> Seq.countBy id |> Map) message

let private original count side key =
    (Stream.permutedBy scale 1 10 (samples count side key) (samples count side key)).Train.Head
    |> all

let private splits =
    testList
        "split"
        [ property "tasks share the samples out by class, whatever the reading"
          <| fun key ->
              let count, tasks = size "count" 10 40 key, pick "tasks" [ 1; 2; 5; 10 ] key

              let reading =
                  pick "reading" [ ClassIncremental; DomainIncremental; TaskIncremental ] key

              let own = 10 / tasks

              let stream =
                  Scenario.split scale reading tasks 10 (samples count 3 key) (samples 10 3 key)

              let labelled =
                  [ for number, task in List.indexed stream.Train do
                        for image, label in pictures (all task) do
                            let label =
                                if reading = DomainIncremental then
                                    label + number * own
                                else
                                    label

                            Expect.equal (label / own) number "its task's class"
                            image, label ]

              expectSamePictures (pictures (original count 3 key)) labelled "nothing is lost or made"
              Expect.equal stream.Classes (if reading = DomainIncremental then own else 10) "outputs"
              Expect.equal stream.Choices (if reading = ClassIncremental then 10 else own) "choices"
              Expect.hasLength stream.Test tasks "test"

          case "places count within the task"
          <| fun () ->
              let stream =
                  Scenario.split
                      scale
                      ClassIncremental
                      5
                      10
                      (samples 30 2 (Key.ofSeed 1))
                      (samples 10 2 (Key.ofSeed 1))

              let task = stream.Train[2]
              let whole = pictures (all task)
              Expect.equal (pictures (task.Gather [| 3; 0; 3 |])) [| whole[3]; whole[0]; whole[3] |] "places" ]

let private rotations =
    testList
        "rotated"
        [ property "the first task is the original; each is its plan's, with black from outside"
          <| fun key ->
              let count, side = size "count" 2 12 key, size "side" 2 7 key
              let key' = Key.named "angles" key
              let angles = Scenario.angles (pick "how" [ EvenAngles; DrawnAngles ] key) 3 key'
              let train = samples count side key
              let stream = Scenario.rotated scale angles 10 train train
              Expect.equal (pictures (all stream.Train[0])) (pictures (original count side key)) "to the bit"

              for angle, task in List.zip angles.Tail stream.Train.Tail do
                  let plan = Rotation.plan side angle
                  let images = rows (all task).Images

                  for image, pixels in Array.zip images (rows train.Images) do
                      let expected =
                          [| for i in 0 .. pixels.Length - 1 ->
                                 let grey =
                                     Seq.sum (
                                         seq {
                                             for k in 4 * i .. 4 * i + 3 ->
                                                 float plan.Weights[k] * pixels[plan.Corners[k]]
                                         }
                                     )

                                 (grey / 255.0 - scale.Mean) / scale.Deviation |]

                      expectClose 1e-5 expected image "image"

          case "black stays black to the bit, so that it is known for background"
          <| fun () ->
              let black = Stream.samples 0 (Array.zeroCreate 49) [| 1uy |]
              let stream = Scenario.rotated scale [ 0.0; 30.0 ] 10 black black
              let background = values (all stream.Train[0]).Images
              Expect.equal (values (all stream.Train[1]).Images) background "background"

          case "images that are inputs already are turned as they are"
          <| fun () ->
              let floats =
                  { labelled 3 4 2 (Key.ofSeed 1) with
                      Images = dsharp.tensor [ [ 1.0f; 2.0f; 3.0f; 4.0f ] ] }

              let stream = Scenario.rotated scale [ 90.0 ] 2 floats floats
              let image = (stream.Train[0].Gather [| 0 |]).Images
              Expect.equal (values image) [| 2.0; 4.0; 1.0; 3.0 |] "turned"

          test "even angles share half a turn; drawn ones differ by seed and start at 0" {
              Expect.equal (Scenario.angles EvenAngles 4 (Key.ofSeed 1)) [ 0.0; 45.0; 90.0; 135.0 ] "even"

              let drawn seed =
                  Scenario.angles DrawnAngles 250 (Key.ofSeed seed)

              Expect.equal (drawn 1) (drawn 1) "same seed"
              Expect.notEqual (drawn 1) (drawn 2) "other seed"
              Expect.equal (drawn 1).Head 0.0 "first"
              Expect.all (drawn 1) (fun angle -> angle >= 0.0 && angle < 180.0) "range"
              Expect.isGreaterThan (List.max (drawn 1)) 170.0 "they spread"
          }

          case "250 tasks are no trouble"
          <| fun () ->
              let some = samples 3 28 (Key.ofSeed 1)
              let angles = Scenario.angles EvenAngles 250 (Key.ofSeed 1)

              for stream in
                  [ Scenario.rotated scale angles 10 some some
                    Stream.permutedBy scale 250 10 some some ] do
                  Expect.hasLength stream.Train 250 "tasks"
                  Expect.equal (stream.Train[249].Gather [| 2 |]).Images.shape [| 1; 784 |] "the last" ]

/// Pixels as a network is given them.
let private pixels =
    testList
        "pixels"
        [ property "what is not normalised is in [0, 1], by the pixels' 255th parts, in every stream"
          <| fun key ->
              let settings = [ "batch", "4" ]

              for experiment, preset in Scenario.named do
                  let config = configured preset settings
                  let some = samples 20 4 key

                  let first normalise =
                      let stream = Scenario.stream scale { config with Normalise = normalise } some some
                      (stream.Train.Head.Gather [| 0 |]).Images |> rows |> Array.head

                  let plain = first false
                  Expect.all plain (fun pixel -> pixel >= 0.0 && pixel <= 1.0) experiment

                  expectClose
                      1e-5
                      (plain |> Array.map (fun pixel -> (pixel - scale.Mean) / scale.Deviation))
                      (first true)
                      experiment ]

/// A stream of each experiment as a run has it.
let private runs =
    let samples = fun () -> labelled 60 16 10 (Key.ofSeed 1)

    let scoresOf preset pairs =
        let config =
            configured
                preset
                ([ "hidden", "24,24"
                   "density", "0.25"
                   "batch", "4"
                   "lr", "0.01"
                   "epochs", "6"
                   "method", "mlp" ]
                 @ pairs)

        let plan = Run.plan config (samples ()) (samples ())
        let mutable last = Run.start plan
        last |> Run.events plan (fun state -> last <- state) |> Seq.iter ignore
        [ for on in 0 .. config.Tasks - 1 -> (Metrics.accuracy (config.Tasks - 1) on last.Matrix).Value ]

    testList
        "runs"
        [ case "a split in a row is forgotten where the task is not given, and known where it is"
          <| fun () ->
              let byClass = scoresOf "split-5" [ "reading", "class" ]
              let byTask = scoresOf "split-5" [ "reading", "task" ]
              Expect.isLessThan (List.average byClass) 0.6 "class"
              Expect.isGreaterThan (List.average byTask) 0.8 "task"

          case "read by task, what is learned of one task leaves the outputs of others alone"
          <| fun () ->
              let config =
                  configured "split-5" [ "method", "mlp"; "hidden", "8"; "batch", "4"; "reading", "task" ]

              let plan = Run.plan config (samples ()) (samples ())
              let start = Run.start plan
              let begun, _ = Run.next plan start
              let after, _ = Run.next plan begun

              let before, now =
                  begun.Learner.Parameters.Heads.Head, after.Learner.Parameters.Heads.Head

              let moved =
                  Array.zip (rows before.Weight) (rows now.Weight)
                  |> Array.map (fun (a, b) -> a <> b)

              Expect.equal moved (Array.init 10 (fun output -> output < 2)) "outputs" ]

/// Ten classes, sixteen pixels.
let private images key = labelled 200 16 10 key

let private configOf experiment settings =
    let preset = Scenario.named |> List.find (fst >> (=) experiment) |> snd
    configured preset settings

let private experiments =
    testList
        "experiments"
        [ case "given the task, answers are among its classes: never worse than without"
          <| fun () ->
              let samples = images (Key.ofSeed 1)

              let accuracy reading =
                  let config =
                      configOf
                          "split-mnist"
                          [ "reading", reading
                            "hidden", "20,20"
                            "density", "0.3"
                            "batch", "20"
                            "lr", "0.01" ]

                  let plan = Run.plan config samples samples
                  let mutable latest = Run.start plan
                  Run.events plan (fun state -> latest <- state) latest |> Seq.iter ignore
                  Metrics.averageAccuracy latest.Matrix |> Option.get

              Expect.isGreaterThan (accuracy "task") (accuracy "class" + 0.1) "accuracy"

          testList
              "every experiment runs from its preset, in every order"
              [ for experiment, _ in Scenario.named do
                    for order in [ "sequential"; "cumulative"; "interleaved" ] do
                        case $"{experiment}, {order}"
                        <| fun () ->
                            let config =
                                configOf
                                    experiment
                                    [ "method", "k-winners"
                                      "order", order
                                      "tasks", "5"
                                      "hidden", "12"
                                      "density", "0.3"
                                      "epochs", "1"
                                      "batch", "5" ]

                            Expect.isEmpty (RunConfig.validate config) "usable"
                            let plan = Run.plan config (images (Key.ofSeed 2)) (images (Key.ofSeed 3))
                            Expect.equal (Scenario.classes config) plan.Stream.Classes "classes"
                            let events = Run.start plan |> Run.events plan ignore |> List.ofSeq
                            let scores = events |> List.filter _.IsEvaluated
                            Expect.hasLength scores 15 "the lower triangle" ]

          testList
              "what cannot be is refused"
              [ for name, experiment, settings, field in
                    [ "contexts of mixed tasks", "permuted-mnist", [ "order", "cumulative" ], "context"
                      "ten classes in three", "split-mnist", [ "tasks", "3" ], "tasks" ] do
                    test name {
                        let problems = RunConfig.validate (configOf experiment settings)
                        Expect.contains (problems |> List.map _.Where) field "problem"
                    } ] ]

[<Tests>]
let tests = testList "Scenario" [ splits; rotations; pixels; runs; experiments ]
