module Dendrites.Tests.LawsTests

open Expecto
open Dendrites

/// Every law as a property of its own.
let private hold trials (laws: Law list) =
    laws |> List.map (fun law -> propertyOf trials law.Name (Law.holds law))

let private selectBy breakTies k (x: Tensor) =
    let units = x.shape[1]

    // A density that rounds to k winners of the row's units, below 1 where all win.
    let config =
        { KWinners.standard (min (float k / float units) 0.999) with
            BreakTies = breakTies }

    fst (KWinners.apply config Training (KWinners.init config units Dtype.Float64) x)

let private select k x = selectBy false k x

let private selectBreakingTies k x = selectBy true k x

let private published =
    [ Bias; Max; MaxShared; AbsMax; AbsMaxUnsigned; OneSegment; Attention; NoGate ]

let private switching = [ Max; MaxShared; AbsMax; AbsMaxUnsigned; OneSegment ]

let private mean = Custom(fun a -> dsharp.sigmoid (a.mean 2))

let private learnerOf gates activation sparsity (inputs: int) (classes: int) : Learner.Config =
    { Network =
        { Inputs = inputs
          Hidden = gates |> List.map (fun _ -> 10)
          Heads = [ classes ]
          Gates = gates
          Segments = if gates |> List.exists _.IsOneSegment then 1 else 3
          Context = inputs
          Activation = activation
          WeightSparsity = 0.5
          SegmentSparsity = sparsity
          ContextDensity = 1.0
          Initialisation = Network.Modified
          Dtype = Dtype.Float64 }
      Optimiser = Optimiser.adam 0.01
      Context =
        if gates |> List.forall _.IsNoGate then
            Contextless
        else
            Prototype
      ContextUse = ToSegments
      Tasks = 1
      Choices = classes
      Boundaries = true
      Pieces = []
      Dropout = Dropout.none }

let private winners = Network.KWinners(KWinners.standard 0.3)

/// The laws of a learner whose method `change` has changed.
let private lawsOf (learner: int -> int -> Learner.Config) change =
    Laws.learner
        (fun inputs classes -> learner inputs classes |> Learner.asMethod |> change)
        (fun (state: Learner.State) -> state.Masks, state.Parameters)

let private published' =
    testList
        "hold for what is published"
        [ testList "k-winners" (hold 100 (Laws.selection select @ Laws.tiesTogether select))
          testList "k-winners that break ties" (hold 100 (Laws.selection selectBreakingTies))

          for gate in published do
              testList (sprintf "gate %A" gate) (hold 50 (Laws.gate gate))

          for gate in switching do
              testList (sprintf "switching gate %A" gate) (hold 50 (Laws.switching gate))

          for gate in Bias :: switching do
              testList (sprintf "selecting gate %A" gate) (hold 50 (Laws.selecting gate))

          testList "a gate of one's own" (hold 50 (Laws.gate mean @ Laws.switching mean))
          testList
              "masks"
              (hold
                  100
                  (Laws.mask (fun key sparsity rows fanIn ->
                      SparseMask.init key sparsity rows fanIn Dtype.Float64)))

          for name, gates, activation, sparsity in
              [ "k-winners", [ NoGate; NoGate ], winners, 0.0
                "rectifiers", [ NoGate ], Network.Relu, 0.0
                "sparse segments", [ AbsMax; AbsMax ], winners, 0.5
                "a gate of one's own", [ mean ], Network.Relu, 0.0
                for gate in published do
                    sprintf "gate %A" gate, [ gate; gate ], winners, 0.0 ] do
              testList $"learner with {name}" (hold 10 (lawsOf (learnerOf gates activation sparsity) id)) ]

/// The laws, of those given, that a variant breaks.
let private broken laws =
    Law.violations 100 (Key.ofSeed 3) laws |> List.map fst

let private caught name laws claim =
    case name <| fun () -> Expect.contains (broken laws) claim "broken laws"

let private mutantSelections: (string * (int -> Tensor -> Tensor) * string) list =
    let units (x: Tensor) = x.shape[1]

    let onlyWinners (x: Tensor) (score: Tensor) k =
        dsharp.where (dsharp.ge (score, dsharp.kthLargest (score, k)), x, dsharp.zerosLike x)

    [ "one winner too many",
      (fun k x -> select (min (units x) (k + 1)) x),
      "exactly k units win where none tie"
      "one winner too few",
      (fun k x -> if k = 1 then x * 0.0 else select (k - 1) x),
      "exactly k units win where none tie"
      "losers leak",
      (fun k x -> let y = select k x in y + (x - y) * 0.01),
      "exactly k units win where none tie"
      "winners are rectified", (fun k x -> dsharp.relu (select k x)), "exactly k units win where none tie"
      "ties are broken",
      (fun k x -> dsharp.where (dsharp.topkMask (x, k), x, dsharp.zerosLike x)),
      "every unit that ties with the k-th wins too"
      "one of those that tie loses",
      (fun k x ->
          let mask = dsharp.topkMask (x, k)
          let tied = dsharp.ge (x, dsharp.kthLargest (x, k))
          let alone = (dsharp.cast(tied, x.dtype).sum(1, keepDim = true)).eq k
          let none = dsharp.zerosLike x

          dsharp.where (
              alone,
              dsharp.where (mask, x, none),
              dsharp.where (dsharp.topkMask (x, k - 1), x, none)
          )),
      "at least k units win where some tie"
      "the smallest win",
      (fun k x -> onlyWinners x -x k),
      "winners keep their values and no loser is larger than a winner"
      "the largest in magnitude win",
      (fun k x -> onlyWinners x (x * x) k),
      "winners keep their values and no loser is larger than a winner"
      "winners are doubled",
      (fun k x -> select k x * 2.0),
      "winners keep their values and no loser is larger than a winner"
      "winners are halved",
      (fun k x -> select k x * 0.5),
      "selecting twice is selecting once, for activations that are not negative"
      "early units are favoured",
      (fun k x ->
          onlyWinners
              x
              (x
               - dsharp.tensor ([| for i in 1 .. units x -> float i |], dtype = Dtype.Float64))
              k),
      "renaming the units renames the winners"
      "only what exceeds one wins",
      (fun k x ->
          let y = select k x in y * dsharp.cast (dsharp.gt (dsharp.abs y, dsharp.onesLike y), y.dtype)),
      "scaling the activations scales the winners"
      "the gradient reaches losers",
      (fun k x -> let y = select k x in x + dsharp.noGrad (fun () -> y - x)),
      "the gradient is the cotangent on winners and zero on losers"
      "the gradient is lost",
      (fun k x -> dsharp.noGrad (fun () -> select k x) + x * 0.0),
      "the gradient is the cotangent on winners and zero on losers" ]

let private strongest (a: Tensor) =
    let index = dsharp.noGrad (fun () -> (dsharp.argmax (dsharp.abs a, 2)).unsqueeze 2)
    dsharp.gather(a, 2, index).squeeze 2

let private mutantGates: (string * (Tensor -> Tensor) * (Gate -> Law list) * string) list =
    [ "no logistic", strongest, Laws.switching, "the gated drive lies between zero and the drive"
      "no logistic, at zero", strongest, Laws.switching, "a zero context halves the drive"
      "an exponential",
      (fun a -> dsharp.exp (strongest a * 100.0)),
      Laws.gate,
      "a gate keeps the shape of the drive and makes no infinity"
      "one gate per segment",
      (fun a -> (dsharp.sigmoid a).permute([ 0; 2; 1 ]).sum 1 |> fun gate -> gate.unsqueeze 0),
      Laws.gate,
      "a gate keeps the shape of the drive and makes no infinity"
      "samples that compete",
      (fun a -> dsharp.sigmoid (strongest a - strongest(a).mean 0)),
      Laws.gate,
      "samples do not see each other"
      "the first segment only",
      (fun a -> dsharp.sigmoid (a[*, *, 0])),
      Laws.gate,
      "the order of segments does not matter"
      "a wrong derivative",
      (fun a -> let gate = dsharp.sigmoid (a.mean 2) in gate * 0.5 + dsharp.noGrad (fun () -> gate * 0.5)),
      Laws.gate,
      "the derivative agrees with finite differences"
      "twice the logistic",
      (fun a -> dsharp.sigmoid (strongest a) * 2.0),
      Laws.switching,
      "the gated drive lies between zero and the drive"
      "a shifted logistic",
      (fun a -> dsharp.sigmoid (strongest a + 1.0)),
      Laws.switching,
      "a zero context halves the drive"
      "a gradient that leaks to losers",
      (fun a -> dsharp.sigmoid (strongest a + a.mean 2 * 0.01)),
      Laws.selecting,
      "the gradient reaches one segment of each unit, the winner"
      "no gradient",
      (fun a -> dsharp.noGrad (fun () -> dsharp.sigmoid (strongest a)) + (a * 0.0).sum 2),
      Laws.selecting,
      "the gradient reaches one segment of each unit, the winner" ]

let private mutantMasks: (string * (Key -> float -> int -> int -> Tensor) * string) list =
    let draw key sparsity rows fanIn =
        SparseMask.init key sparsity rows fanIn Dtype.Float64

    let mutable drawn = 0

    [ "a leaky mask",
      (fun key sparsity rows fanIn -> dsharp.clamp (draw key sparsity rows fanIn, low = 0.01)),
      "every unit has the same fan-in, rounded half to even"
      "independent places",
      (fun key sparsity rows fanIn ->
          let u = Key.uniform 0.0 1.0 [ rows; fanIn ] Dtype.Float64 key
          dsharp.cast (dsharp.ge (u, dsharp.fullLike (u, sparsity)), Dtype.Float64)),
      "every unit has the same fan-in, rounded half to even"
      "halves rounded up",
      (fun key sparsity rows fanIn ->
          let kept = floor ((1.0 - sparsity) * float fanIn + 0.5)
          draw key (1.0 - kept / float fanIn) rows fanIn),
      "every unit has the same fan-in, rounded half to even"
      "the places that are missing",
      (fun key sparsity rows fanIn -> 1.0 - draw key sparsity rows fanIn),
      "every unit has the same fan-in, rounded half to even"
      "a mask of its own mind",
      (fun key sparsity rows fanIn ->
          drawn <- drawn + 1
          draw (Key.fork drawn key) sparsity rows fanIn),
      "the key decides the mask" ]

/// A gate that changes with every call: no checkpoint can know.
let private moody () =
    let mutable calls = 0

    Custom(fun a ->
        calls <- calls + 1
        dsharp.sigmoid (a.mean 2 * (1.0 / float calls)))

/// Every weight a little larger, the missing ones too.
let private shifted (state: Learner.State) =
    { state with
        Parameters = state.Parameters |> Tree.map (fun weight -> weight + 0.01) }

let private mutantMethods: (string * (Method<Learner.State> -> Method<Learner.State>) * string) list =
    let mutable drawn = 0

    [ "an update that fills missing weights",
      (fun m ->
          { m with
              Step =
                  fun task batch state ->
                      let state, loss = m.Step task batch state
                      shifted state, loss }),
      "missing weights stay zero through training"
      "a checkpoint that is not quite what was saved",
      (fun m ->
          { m with
              Restore = fun key find -> m.Restore key find |> Result.map shifted }),
      "a checkpoint restores the same learner"
      "a checkpoint without the biases",
      (fun m ->
          { m with
              Save = m.Save >> List.filter (fun (name, _) -> not (name.EndsWith "bias")) }),
      "a checkpoint restores the same learner"
      "first weights of their own mind",
      (fun m ->
          { m with
              Init =
                  fun key ->
                      drawn <- drawn + 1
                      m.Init(Key.fork drawn key) }),
      "the key decides the learner" ]

let private caughtMutants =
    testList
        "catch what is wrong"
        [ for name, select, claim in mutantSelections do
              caught name (Laws.selection select @ Laws.tiesTogether select) claim

          for name, gate, laws, claim in mutantGates do
              caught name (laws (Custom gate)) claim

          for name, draw, claim in mutantMasks do
              caught name (Laws.mask draw) claim

          caught "a bias is no switch" (Laws.switching Bias) "the gated drive lies between zero and the drive"
          caught "an ungated unit is not halved" (Laws.switching NoGate) "a zero context halves the drive"
          caught
              "averaging listens to all segments"
              (Laws.selecting mean)
              "the gradient reaches one segment of each unit, the winner"
          caught
              "a learner of changing moods"
              (lawsOf (learnerOf [ moody () ] Network.Relu 0.0) id)
              "a checkpoint restores the same learner"

          for name, change, claim in mutantMethods do
              caught name (lawsOf (learnerOf [ AbsMax ] winners 0.5) change) claim ]

[<Tests>]
let tests = testList "Laws" [ published'; caughtMutants ]
