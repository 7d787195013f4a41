module Dendrites.Tests.KWinnersTests

open Expecto
open Dendrites

/// k-winners spelled out over flat arrays: the rivals of each contest by place, the unit that each place belongs to.
module private Naive =

    type State =
        { Duty: float[]
          Samples: int
          Strength: float }

    /// Contests among the places of `[batch; channels; height; width]` (vectors: height and width 1).
    let contests competition (batch, channels, height, width) : int[] list =
        let area = height * width
        let place b c p = (b * channels + c) * area + p

        match competition with
        | KWinners.Units
        | KWinners.WholeMap ->
            [ for b in 0 .. batch - 1 ->
                  [| for c in 0 .. channels - 1 do
                         for p in 0 .. area - 1 -> place b c p |] ]
        | KWinners.PerPlace ->
            [ for b in 0 .. batch - 1 do
                  for p in 0 .. area - 1 -> [| for c in 0 .. channels - 1 -> place b c p |] ]

    let private round (x: float) =
        int (System.Math.Round(x, System.MidpointRounding.ToEven))

    let winners (config: KWinners.Config) phase rivals =
        let k = round (config.Density * float rivals)

        match phase, config.Competition with
        | Training, _ -> k
        | Inference, KWinners.PerPlace -> round (config.Density * config.InferenceFactor * float rivals)
        | Inference, _ -> int (truncate (float k * config.InferenceFactor))

    let apply
        (config: KWinners.Config)
        phase
        (state: State)
        (batch, channels, height, width as shape)
        (x: float[])
        =
        let area = height * width
        let unitOf place = place / area % channels

        let score =
            x
            |> Array.mapi (fun place value -> value * exp (-state.Strength * state.Duty[unitOf place]))

        let y = Array.zeroCreate x.Length

        for rivals in contests config.Competition shape do
            let k = winners config phase rivals.Length
            let ranked = rivals |> Array.sortBy (fun place -> -score[place])

            let won =
                if k = 0 then
                    [||]
                elif config.BreakTies then
                    Array.truncate k ranked
                else
                    ranked |> Array.filter (fun place -> score[place] >= score[ranked[k - 1]])

            for place in won do
                if not config.Relu || score[place] > 0.0 then
                    y[place] <- x[place]

        let samples = state.Samples + batch
        let window = float (min config.DutyCyclePeriod samples)
        let counts = Array.zeroCreate channels

        for place in 0 .. y.Length - 1 do
            if y[place] > 0.0 then
                counts[unitOf place] <- counts[unitOf place] + 1.0 / float area

        match phase with
        | Inference -> y, state
        | Training ->
            y,
            { state with
                Samples = samples
                Duty =
                    Array.map2
                        (fun duty count -> (duty * (window - float batch) + count) / window)
                        state.Duty
                        counts }

let private flag purpose key = size purpose 0 1 key = 1

let private draw key : KWinners.Config * (int * int * int * int) =
    let competition =
        match size "competition" 0 2 key with
        | 0 -> KWinners.Units
        | 1 -> KWinners.WholeMap
        | _ -> KWinners.PerPlace

    let side purpose =
        if competition = KWinners.Units then
            1
        else
            size purpose 1 4 key

    { Density = float (size "density" 1 12 key) / 20.0
      Competition = competition
      InferenceFactor = float (size "inference" 2 6 key) / 4.0
      BoostStrength =
        if flag "boost" key then
            float (size "strength" 1 30 key) / 10.0
        else
            0.0
      BoostFactor = 0.8
      DutyCyclePeriod = size "period" 6 30 key
      BreakTies = flag "ties" key
      Relu = flag "relu" key },
    (size "batch" 1 6 key, size "channels" 2 20 key, side "height", side "width")

let private shapeOf (config: KWinners.Config) (batch, channels, height, width) =
    if config.Competition = KWinners.Units then
        [ batch; channels ]
    else
        [ batch; channels; height; width ]

let private apply density phase (x: Tensor) =
    let config = KWinners.standard density
    KWinners.apply config phase (KWinners.init config x.shape[1] Dtype.Float64) x

[<Tests>]
let tests =
    testList
        "KWinners"
        [ testList
              "published counts of winners"
              [ for units, density, expected in
                    [ 2048, 0.05, 102
                      2000, 0.05, 100
                      2048, 0.1, 205
                      2800, 0.25, 700
                      10, 0.25, 2
                      14, 0.25, 4 ] do
                    case $"{expected} of {units} at {density}"
                    <| fun () ->
                        Expect.equal
                            (KWinners.winners (KWinners.standard density) Training units)
                            expected
                            "k"

                        let x = normal [ 3; units ] (Key.ofSeed units)

                        let won =
                            rows (fst (apply density Training x))
                            |> Array.map (Array.filter ((<>) 0.0) >> Array.length)

                        Expect.equal won (Array.replicate 3 expected) "winners" ]

          testList
              "winners at inference"
              [ for competition, expected in [ KWinners.Units, 7; KWinners.WholeMap, 7; KWinners.PerPlace, 8 ] do
                    // k = 5 of 21; 1.5 · 5 is truncated where a layer or a map competes, 0.25 · 1.5 · 21 rounded per place.
                    test $"{expected} where {competition} compete" {
                        let config =
                            { KWinners.standard 0.25 with
                                InferenceFactor = 1.5
                                Competition = competition }

                        Expect.equal (KWinners.winners config Inference 21) expected "k"
                        Expect.equal (KWinners.winners config Training 21) 5 "k in training"
                    } ]

          propertyOf 300 "every option agrees with k-winners spelled out, over five batches and an inference"
          <| fun key ->
              let config, (_, channels, _, _ as shape) = draw key
              let mutable state = KWinners.init config channels Dtype.Float64

              let mutable naive: Naive.State =
                  { Duty = Array.zeroCreate channels
                    Samples = 0
                    Strength = config.BoostStrength }

              for step, phase in List.indexed [ Training; Training; Training; Training; Training; Inference ] do
                  if step = 2 then
                      state <- KWinners.beginEpoch config state

                      naive <-
                          { naive with
                              Strength = naive.Strength * config.BoostFactor }

                  let x = normal (shapeOf config shape) (Key.fork step key)
                  let y, next = KWinners.apply config phase state x
                  let expected, expectedNext = Naive.apply config phase naive shape (values x)
                  expectClose 0.0 expected (values y) $"output of step {step}"
                  expectClose 1e-12 expectedNext.Duty (values next.DutyCycle) $"duty cycle after step {step}"
                  Expect.equal (next.Samples.toDouble ()) (float expectedNext.Samples) "samples"
                  expectClose 1e-15 [| expectedNext.Strength |] (values next.BoostStrength) "boost strength"
                  state <- next
                  naive <- expectedNext

          propertyOf 100 "the gradient is the identity on winners and zero on losers, for every option"
          <| fun key ->
              let config, (_, channels, _, _ as shape) = draw key

              let warm, step =
                  normal (shapeOf config shape) (Key.named "warm" key), normal (shapeOf config shape) key

              let _, state =
                  KWinners.apply config Training (KWinners.init config channels Dtype.Float64) warm

              let cotangent = normal (shapeOf config shape) (Key.named "cotangent" key)

              let gradient =
                  dsharp.grad (fun x -> (fst (KWinners.apply config Training state x) * cotangent).sum()) step

              let y = fst (KWinners.apply config Training state step)

              let expected =
                  Array.map2 (fun y r -> if y = 0.0 then 0.0 else r) (values y) (values cotangent)

              expectClose 1e-15 expected (values gradient) "gradient"

          case "ties win together, unless they are to be broken"
          <| fun () ->
              let x = tensorOf [ 2; 5 ] [| 1.; 3.; 3.; 3.; 0.; 2.; 2.; 2.; 2.; 2. |]

              let won config =
                  rows (fst (KWinners.apply config Training (KWinners.init config 5 Dtype.Float64) x))
                  |> Array.map (Array.filter ((<>) 0.0) >> Array.length)

              let standard = KWinners.standard 0.4
              Expect.equal (won standard) [| 3; 5 |] "together"
              Expect.equal (won { standard with BreakTies = true }) [| 2; 2 |] "broken"

          case "negative activations win where they are among the largest, and never with the rectifier"
          <| fun () ->
              let x = tensorOf [ 1; 4 ] [| -4.; -1.; 2.; -3. |]

              let y config =
                  values (fst (KWinners.apply config Training (KWinners.init config 4 Dtype.Float64) x))

              let standard = KWinners.standard 0.5
              Expect.equal (y standard) [| 0.; -1.; 2.; 0. |] "unclipped"

              for ties in [ false; true ] do
                  Expect.equal
                      (y
                          { standard with
                              Relu = true
                              BreakTies = ties })
                      [| 0.; 0.; 2.; 0. |]
                      "rectified"

          case "no winners when k rounds to zero"
          <| fun () ->
              let x = normal [ 3; 4 ] (Key.ofSeed 3)
              Expect.all (values (fst (apply 0.1 Training x))) ((=) 0.0) "all zero"

          case "a boosted loser wins and keeps its own value"
          <| fun () ->
              let config =
                  { KWinners.standard 0.5 with
                      BoostStrength = 2.0 }

              let state = KWinners.init config 2 Dtype.Float64
              let _, tired = KWinners.apply config Training state (tensorOf [ 1; 2 ] [| 3.; 1. |])
              Expect.equal (values tired.DutyCycle) [| 1.; 0. |] "duty cycle"
              // exp(-2) · 3 = 0.41 loses to 1.
              Expect.equal
                  (values (fst (KWinners.apply config Training tired (tensorOf [ 1; 2 ] [| 3.; 1. |]))))
                  [| 0.; 1. |]
                  "winner"

          case "the duty cycle is a running mean over its period"
          <| fun () ->
              let config =
                  { KWinners.standard 0.25 with
                      DutyCyclePeriod = 4 }

              let batch (first, second) =
                  tensorOf
                      [ 2; 4 ]
                      (Array.append
                          (Array.init 4 (fun i -> if i = first then 2.0 else 1.0))
                          (Array.init 4 (fun i -> if i = second then 2.0 else 1.0)))

              let step state winners =
                  snd (KWinners.apply config Training state (batch winners))

              let duties =
                  [ 1, 2; 0, 3; 0, 1 ]
                  |> List.scan step (KWinners.init config 4 Dtype.Float64)
                  |> List.tail
                  |> List.map (fun state -> values state.DutyCycle)

              Expect.equal
                  duties
                  [ [| 0.; 0.5; 0.5; 0. |]
                    [| 0.25; 0.25; 0.25; 0.25 |]
                    [| 0.375; 0.375; 0.125; 0.125 |] ]
                  "duty cycles"

          case "a winner counts for the duty cycle only while it is above zero"
          <| fun () ->
              let _, state = apply 0.5 Training (tensorOf [ 2; 2 ] [| -1.; -2.; 3.; 1. |])
              Expect.equal (values state.DutyCycle) [| 0.5; 0. |] "duty cycle"

          property "entropy is the sum over units, at most that of equal winners"
          <| fun key ->
              let units = size "units" 2 12 key
              let config = KWinners.standard 0.5
              let cycle = Key.uniforms units (Key.named "cycle" key)

              let state =
                  { KWinners.init config units Dtype.Float64 with
                      DutyCycle = tensorOf [ units ] cycle }

              let bits p =
                  -(p * System.Math.Log2 p + (1.0 - p) * System.Math.Log2(1.0 - p))

              Expect.floatClose Accuracy.high (KWinners.entropy state) (Array.sumBy bits cycle) "entropy"
              let k = KWinners.winners config Training units
              let equal = Array.create units (float k / float units)

              let most =
                  KWinners.entropy
                      { state with
                          DutyCycle = tensorOf [ units ] equal }

              Expect.floatClose Accuracy.high (KWinners.maximumEntropy config units) most "at most"

          case "units that always or never win carry no entropy"
          <| fun () ->
              let config = KWinners.standard 0.5

              let state =
                  { KWinners.init config 2 Dtype.Float32 with
                      DutyCycle = tensorOf [ 2 ] [| 0.; 1. |] }

              Expect.isLessThan (abs (KWinners.entropy state)) 1e-9 "entropy"

          case "inference never has more winners than competitors"
          <| fun () ->
              let config =
                  { KWinners.standard 0.17 with
                      InferenceFactor = 5.0 }

              Expect.isEmpty (KWinners.validate config) "usable"
              Expect.equal (KWinners.winners config Inference 3) 3 "winners"

          case "inference changes nothing"
          <| fun () ->
              let config =
                  { KWinners.standard 0.5 with
                      BoostStrength = 1.0 }

              let _, state =
                  KWinners.apply
                      config
                      Training
                      (KWinners.init config 6 Dtype.Float64)
                      (normal [ 4; 6 ] (Key.ofSeed 1))

              let _, after =
                  KWinners.apply config Inference state (normal [ 4; 6 ] (Key.ofSeed 2))

              expectSame state after "state"

          testList
              "unusable settings name the field"
              [ let standard = KWinners.standard 0.5

                let bad =
                    [ "density", { standard with Density = 0.0 }
                      "density", { standard with Density = 1.0 }
                      "density", { standard with Density = nan }
                      "inference factor", { standard with InferenceFactor = 2.0 }
                      "inference factor", { standard with InferenceFactor = 0.0 }
                      "duty cycle period", { standard with DutyCyclePeriod = 0 }
                      "boost strength", { standard with BoostStrength = -1.0 }
                      "boost strength",
                      { standard with
                          BoostStrength = infinity }
                      "boost factor", { standard with BoostFactor = nan } ]

                for index, (field, config) in List.indexed bad do
                    test $"{field} ({index})" {
                        Expect.equal (KWinners.validate config |> List.map _.Where) [ field ] "problems"
                    }

                test "published settings have none" {
                    Expect.isEmpty (KWinners.validate (KWinners.standard 0.05)) "problems"
                } ] ]
