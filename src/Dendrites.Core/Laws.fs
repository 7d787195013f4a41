namespace Dendrites

/// What every variant must satisfy: for a test suite to run over a gate, a selection or a mask of its own
/// (`examples/laws-for-your-variant.fsx`).
[<RequireQualifiedAccess>]
module Laws =

    let private float64 shape key = Key.normal shape Dtype.Float64 key

    /// Numbers a unit apart in random order, none of them zero, of both signs: no two of a row tie. `[batch; units]`.
    let private untied batch units key =
        dsharp.stack
            [ for row in 0 .. batch - 1 ->
                  let places = Key.permutation units (Key.fork row key)

                  dsharp.tensor (
                      places |> Array.map (fun place -> float place - float units / 2.0 + 0.25),
                      dtype = Dtype.Float64
                  ) ]

    /// Few different numbers, all above zero. `[batch; units]`.
    let private tied batch units key =
        dsharp.tensor(Key.integers 1 4 (batch * units) key, dtype = Dtype.Float64).view [ batch; units ]

    let private nonZero (t: Tensor) =
        dsharp.cast (dsharp.ne (t, dsharp.zerosLike t), t.dtype)

    let private trial key =
        let units = Law.size 2 40 (Key.named "units" key)
        let k = Law.size 1 units (Key.named "k" key)
        Law.size 1 6 (Key.named "batch" key), units, k, Key.named "values" key

    /// Laws of a selection `select k x`: the k largest of each row of `x: [batch; units]` survive.
    let selection (select: int -> Tensor -> Tensor) : Law list =
        [ Law.create "exactly k units win where none tie"
          <| fun key ->
              let batch, units, k, key = trial key
              let counts = (nonZero (select k (untied batch units key))).sum 1

              Law.expect (Law.same counts (dsharp.fullLike (counts, k))) (fun () ->
                  $"{counts} winners of {units} for k = {k}")

          Law.create "at least k units win where some tie"
          <| fun key ->
              let batch, units, k, key = trial key
              let x = tied batch units key
              let y = select k x
              let counts = (nonZero y).sum 1

              let enough =
                  Law.same (dsharp.clamp (counts, high = k)) (dsharp.fullLike (counts, k))

              Law.expect (enough && Law.same y (x * nonZero y)) (fun () -> $"{y} from {x} for k = {k}")

          Law.create "winners keep their values and no loser is larger than a winner"
          <| fun key ->
              let batch, units, k, key = trial key
              let x = untied batch units key
              let y = select k x
              let won = nonZero y

              let least =
                  (dsharp.where (dsharp.gt (won, dsharp.zerosLike won), x, dsharp.fullLike (x, infinity)))
                      .min(1)

              let most =
                  (dsharp.where (dsharp.gt (won, dsharp.zerosLike won), dsharp.fullLike (x, -infinity), x))
                      .max(1)

              let ordered =
                  (dsharp.cast (dsharp.gt (least, most), Dtype.Float64)).sum().toDouble() = float batch

              Law.expect (ordered && Law.same y (x * won)) (fun () -> $"{y} from {x}")

          Law.create "selecting twice is selecting once, for activations that are not negative"
          <| fun key ->
              let batch, units, k, key = trial key
              let once = select k (dsharp.abs (float64 [ batch; units ] key))
              Law.expect (Law.same (select k once) once) (fun () -> $"{select k once} after {once}")

          Law.create "renaming the units renames the winners"
          <| fun key ->
              let batch, units, k, key = trial key
              let x = float64 [ batch; units ] key

              let order =
                  dsharp.tensor (Key.permutation units (Key.named "order" key) |> Array.map int64)

              let renamed = select k (dsharp.indexSelect (x, 1, order))

              Law.expect (Law.same renamed (dsharp.indexSelect (select k x, 1, order))) (fun () ->
                  $"{renamed}")

          Law.create "scaling the activations scales the winners"
          <| fun key ->
              let batch, units, k, key = trial key
              let x = float64 [ batch; units ] key
              let scale = 2.0 ** float (Law.size -3 3 (Key.named "scale" key))

              Law.expect (Law.same (select k (x * scale)) (select k x * scale)) (fun () ->
                  $"scale {scale} of {x}")

          Law.create "the gradient is the cotangent on winners and zero on losers"
          <| fun key ->
              let batch, units, k, key = trial key
              let x = untied batch units key
              let cotangent = float64 [ batch; units ] (Key.named "cotangent" key)
              let _, gradient = Tree.grad (fun x -> (select k x * cotangent).sum()) x
              let expected = cotangent * nonZero (select k x)
              Law.expect (Law.same gradient expected) (fun () -> $"{gradient}, expected {expected}") ]

    /// The law of a selection that does not choose among equals, as the published one does not.
    let tiesTogether (select: int -> Tensor -> Tensor) : Law list =
        [ Law.create "every unit that ties with the k-th wins too"
          <| fun key ->
              let batch, units, k, key = trial key
              let x = tied batch units key
              let expected = x * dsharp.cast (dsharp.ge (x, dsharp.kthLargest (x, k)), x.dtype)
              Law.expect (Law.same (select k x) expected) (fun () -> $"{select k x} from {x} for k = {k}") ]

    /// Activations `[batch; units; segments]` in (-3, 3), whose magnitudes keep apart from each other and from
    /// zero, so that a step of a finite difference changes no winner.
    let private separated batch units segments key =
        let unit index =
            let key = Key.fork index key
            let places = Key.permutation segments (Key.named "places" key)

            let within, signs =
                Key.uniforms segments (Key.named "within" key), Key.uniforms segments (Key.named "signs" key)

            Array.init segments (fun i ->
                let magnitude = 3.0 * (float places[i] + 0.25 + 0.5 * within[i]) / float segments
                if signs[i] < 0.5 then -magnitude else magnitude)

        let elements = Array.init (batch * units) unit |> Array.concat
        dsharp.tensor(elements, dtype = Dtype.Float64).view [ batch; units; segments ]

    let private gateTrial key =
        let size low high purpose =
            Law.size low high (Key.named purpose key)

        let batch, units, segments = size 1 5 "batch", size 1 8 "units", size 1 6 "segments"

        float64 [ batch; units ] (Key.named "drive" key),
        separated batch units segments (Key.named "activations" key)

    /// Laws of every gate, selecting or not.
    let gate (gate: Gate) : Law list =
        [ Law.create "a gate keeps the shape of the drive and makes no infinity"
          <| fun key ->
              let y, a = gateTrial key
              let z = Gate.apply gate y (a * 100.0)
              Law.expect (z.shape = y.shape && Law.largest z < infinity) (fun () -> $"{z} from {y}")

          Law.create "samples do not see each other"
          <| fun key ->
              let y, a = gateTrial key
              let together = (Gate.apply gate y a)[0]
              let alone = (Gate.apply gate (y[0].unsqueeze 0) (a[0].unsqueeze 0))[0]
              Law.expect (Law.close 1e-12 together alone) (fun () -> $"{together} together, {alone} alone")

          Law.create "the order of segments does not matter"
          <| fun key ->
              let y, a = gateTrial key

              let order =
                  dsharp.tensor (Key.permutation a.shape[2] (Key.named "order" key) |> Array.map int64)

              let reordered = Gate.apply gate y (dsharp.indexSelect (a, 2, order))
              Law.expect (Law.close 1e-12 reordered (Gate.apply gate y a)) (fun () -> $"{reordered}")

          Law.create "the derivative agrees with finite differences"
          <| fun key ->
              let y, a = gateTrial key
              let f (a: Tensor) = (Gate.apply gate y a).sum()
              let direction = float64 (List.ofArray a.shape) (Key.named "direction" key)
              let h = 1e-6
              let slope = ((f (a + direction * h) - f (a - direction * h)) / (2.0 * h)).toDouble()
              let exact = ((snd (Tree.grad f a) * direction).sum()).toDouble()

              Law.expect (abs (slope - exact) <= 1e-5 * max 1.0 (abs exact)) (fun () ->
                  $"{exact}, finite differences {slope}") ]

    /// Laws of a gate that multiplies the drive by a logistic: it lies between nothing and all of it.
    let switching (gate: Gate) : Law list =
        [ Law.create "the gated drive lies between zero and the drive"
          <| fun key ->
              let y, a = gateTrial key
              let ratio = Gate.apply gate (dsharp.onesLike y) a

              let inside =
                  (dsharp.min ratio).toDouble() >= 0.0 && (dsharp.max ratio).toDouble() <= 1.0

              Law.expect (inside && Law.close 1e-12 (Gate.apply gate y a) (y * ratio)) (fun () ->
                  $"gate values {ratio}")

          Law.create "a zero context halves the drive"
          <| fun key ->
              let y, a = gateTrial key
              Law.expect (Law.same (Gate.apply gate y (dsharp.zerosLike a) * 2.0) y) (fun () -> $"of {y}") ]

    /// Laws of a gate that listens to one segment of each unit; for a published gate it must be its winner.
    let selecting (gate: Gate) : Law list =
        [ Law.create "the gradient reaches one segment of each unit, the winner"
          <| fun key ->
              let y, a = gateTrial key

              let reached =
                  nonZero (snd (Tree.grad (fun a -> (Gate.apply gate (y + 10.0) a).sum()) a))

              let one = Law.same (reached.sum 2) (dsharp.onesLike y)

              let winner =
                  match Gate.winner gate a with
                  | Some winner ->
                      Law.same (dsharp.gather(reached, 2, winner.unsqueeze 2).squeeze 2) (dsharp.onesLike y)
                  | None -> true

              Law.expect (one && winner) (fun () -> $"gradient reaches {reached}") ]

    /// Laws of a mask generator `draw key sparsity rows fanIn`.
    let mask (draw: Key -> float -> int -> int -> Tensor) : Law list =
        let trial key =
            let rows, fanIn =
                Law.size 1 12 (Key.named "rows" key), Law.size 1 60 (Key.named "fan-in" key)
            // Eighths, so that halves to round occur.
            float (Law.size 0 7 (Key.named "sparsity" key)) / 8.0, rows, fanIn

        [ Law.create "every unit has the same fan-in, rounded half to even"
          <| fun key ->
              let sparsity, rows, fanIn = trial key
              let mask = draw key sparsity rows fanIn
              let counts = mask.sum 1
              let expected = dsharp.fullLike (counts, SparseMask.connections sparsity fanIn)
              let binary = Law.same (mask * mask) mask
              Law.expect (binary && Law.same counts expected) (fun () -> $"{counts}, expected {expected}")

          Law.create "the key decides the mask"
          <| fun key ->
              let sparsity, rows, fanIn = trial key

              Law.expect (Law.same (draw key sparsity rows fanIn) (draw key sparsity rows fanIn)) (fun () ->
                  "two draws differ") ]

    let private masked (masks: Network.Masks) (parameters: Network.Parameters) =
        let lost (mask: Tensor option) (weight: Tensor) =
            match mask with
            | Some mask -> Law.largest (weight * (1.0 - (mask: Tensor)))
            | None -> 0.0

        [ for mask, layer in List.zip masks.Hidden parameters.Hidden do
              lost mask.Weight layer.Weight

              match layer.Segments with
              | Some segments -> lost mask.Segments segments
              | None -> ()
          for mask, head in List.zip masks.Heads parameters.Heads do
              lost mask head.Weight ]
        |> List.max

    /// Laws of a method that trains a network of ours, whatever its network and its updates: `make inputs classes`
    /// builds it, `read` finds the masks and the parameters in its state.
    let learner (make: int -> int -> Method<'s>) (read: 's -> Network.Masks * Network.Parameters) : Law list =
        let trial key =
            let inputs, classes =
                Law.size 4 12 (Key.named "inputs" key), Law.size 2 5 (Key.named "classes" key)

            let method' = make inputs classes
            let fresh = method'.Init key
            let dtype = (snd (read fresh)).Heads.Head.Weight.dtype
            let size = 24

            let samples =
                { Images = Key.normal [ size; inputs ] dtype (Key.named "images" key)
                  Labels = dsharp.tensor (Array.init size (fun i -> int64 (i % classes))) }

            let task =
                { Size = size
                  Gather =
                    fun places ->
                        let index = dsharp.tensor (Array.map int64 places)

                        { Images = dsharp.indexSelect (samples.Images, 0, index)
                          Labels = dsharp.indexSelect (samples.Labels, 0, index) } }

            method', samples, fresh, method'.BeginTask 0 task [| 0 .. size - 1 |] fresh

        let weights state = Tree.tensors (snd (read state))

        [ Law.create "missing weights stay zero through training"
          <| fun key ->
              let method', samples, _, state = trial key

              let trained =
                  Seq.fold (fun state _ -> fst (method'.Step 0 samples state)) state (seq { 1..5 })

              let largest = read trained ||> masked
              Law.expect (largest = 0.0) (fun () -> $"a missing weight is {largest}")

          Law.create "a checkpoint restores the same learner"
          <| fun key ->
              let method', samples, _, state = trial key
              let saved = fst (method'.Step 0 samples state)
              let tensors = Map.ofList (method'.Save saved)

              match method'.Restore key (fun name -> Map.tryFind name tensors) with
              | Error problem -> Error(string problem)
              | Ok restored ->
                  let next state =
                      fst (method'.Step 0 samples state) |> weights

                  let equal = Array.forall2 Law.same (next saved) (next restored)
                  Law.expect equal (fun () -> "the next step differs")

          Law.create "the key decides the learner"
          <| fun key ->
              let method', _, fresh, _ = trial key
              let again = method'.Init key

              Law.expect (Array.forall2 Law.same (weights fresh) (weights again)) (fun () ->
                  "two draws differ") ]
