module Dendrites.Tests.TreeTests

open System
open Dendrites
open Expecto
open FsCheck
open FsCheck.FSharp
open TorchSharp

type Layer = { Weight: Tensor; Bias: Tensor option }

type Gate =
    | Plain
    | Scaled of Tensor
    | Affine of scale: Tensor * shift: Tensor
    | Pair of Tensor * Tensor

/// One of everything that a tree may hold.
type Everything =
    { Hidden: Layer list
      Gates: Gate[]
      ByName: Map<string, Tensor>
      Both: Tensor * Layer
      StructBoth: struct (Tensor * int)
      Anonymous: {| Inner: Tensor |}
      Maybe: Tensor voption
      Outcome: Result<Tensor, string>
      Rate: float
      Name: string
      Activation: float -> float }

/// A tree in the other sense: a type that holds itself.
type Branch =
    | Tip of Tensor
    | Fork of left: Branch * right: Branch

type private Hidden = private { Secret: Tensor; Count: int }

type Clash = { W: Tensor; w: Tensor }

let private scalar (x: float) =
    Native.load ()
    Tensor.ofTorch (torch.tensor x)

let private value (t: Tensor) = t.torch.item<float>()

/// Trees of scalars, each scalar another number.
let private everything: Gen<Everything> =
    gen {
        let mutable next = 0.0

        let fresh () =
            next <- next + 1.0
            scalar next

        let layer =
            gen {
                let! biased = Gen.elements [ true; false ]

                return
                    fun () ->
                        { Weight = fresh ()
                          Bias = if biased then Some(fresh ()) else None }
            }

        let gate =
            Gen.elements
                [ fun () -> Plain
                  fun () -> Scaled(fresh ())
                  fun () -> Affine(fresh (), fresh ())
                  fun () -> Pair(fresh (), fresh ()) ]

        let! layers = Gen.choose (0, 4) |> Gen.bind (fun n -> Gen.listOfLength n layer)
        let! gates = Gen.choose (0, 3) |> Gen.bind (fun n -> Gen.arrayOfLength n gate)
        let! names = Gen.subListOf [ "a"; "b"; "a.b"; "b.0"; ""; "\\" ]
        let! one = layer
        let! some = Gen.elements [ true; false ]

        return
            { Hidden = layers |> List.map (fun make -> make ())
              Gates = gates |> Array.map (fun make -> make ())
              ByName = names |> Seq.map (fun name -> name, fresh ()) |> Map
              Both = fresh (), one ()
              StructBoth = struct (fresh (), 7)
              Anonymous = {| Inner = fresh () |}
              Maybe = if some then ValueSome(fresh ()) else ValueNone
              Outcome = if some then Ok(fresh ()) else Error "none"
              Rate = 0.5
              Name = "n"
              Activation = tanh }
    }

let private forEveryTree name (law: Everything -> unit) =
    testProperty name (Prop.forAll (Arb.fromGen everything) law)

let private same (a: Tensor[]) (b: Tensor[]) =
    a.Length = b.Length && Array.forall2 (fun x y -> obj.ReferenceEquals(x, y)) a b

let private sum (trees: Tensor[]) = Array.fold (+) (scalar 0.0) trees

[<Tests>]
let tests =
    testList
        "Tree"
        [ forEveryTree "rebuilding with its own tensors gives the same tree"
          <| fun tree ->
              let rebuilt = Tree.rebuild tree (Tree.tensors tree)
              Expect.isTrue (same (Tree.tensors rebuilt) (Tree.tensors tree)) "the same tensors"

              Expect.equal
                  (Tree.named rebuilt |> Array.map fst)
                  (Tree.named tree |> Array.map fst)
                  "in the same places"

              Expect.equal
                  (rebuilt.Rate, rebuilt.Name)
                  (tree.Rate, tree.Name)
                  "numbers and strings pass through"

              Expect.isTrue
                  (obj.ReferenceEquals(rebuilt.Activation, tree.Activation))
                  "functions pass through"

          forEveryTree "tensors are what rebuild put there, in order"
          <| fun tree ->
              let others = Tree.tensors tree |> Array.map (fun t -> scalar (-(value t)))
              Expect.isTrue (same (Tree.tensors (Tree.rebuild tree others)) others) "read back"

          forEveryTree "map composes"
          <| fun tree ->
              let f (t: Tensor) = t * 3.0
              let g (t: Tensor) = t + 1.0
              let twice = tree |> Tree.map f |> Tree.map g
              let once = tree |> Tree.map (f >> g)

              Expect.equal
                  (Tree.tensors twice |> Array.map value)
                  (Tree.tensors once |> Array.map value)
                  "g ∘ f"

          forEveryTree "paths are unique, whatever the keys of maps"
          <| fun tree ->
              let paths = Tree.named tree |> Array.map fst
              Expect.hasLength (Array.distinct paths) paths.Length $"%A{paths}"
              Expect.hasLength paths (Tree.tensors tree).Length "one for each tensor"

          testCase "paths spell fields, cases, positions and keys"
          <| fun () ->
              let t = scalar 0.0
              let layer bias = { Weight = t; Bias = bias }

              let tree =
                  { Hidden = [ layer None; layer (Some t) ]
                    Gates = [| Plain; Scaled t; Affine(t, t); Pair(t, t) |]
                    ByName = Map [ "b", t; "a.b", t; "a", t ]
                    Both = t, layer (Some t)
                    StructBoth = struct (t, 7)
                    Anonymous = {| Inner = t |}
                    Maybe = ValueSome t
                    Outcome = Ok t
                    Rate = 0.5
                    Name = "n"
                    Activation = id }

              Expect.equal
                  (Tree.named tree |> Array.map fst)
                  [| "hidden.0.weight"
                     "hidden.1.weight"
                     "hidden.1.bias"
                     "gates.1.scaled"
                     "gates.2.affine.scale"
                     "gates.2.affine.shift"
                     "gates.3.pair.0"
                     "gates.3.pair.1"
                     "byName.a"
                     @"byName.a\.b"
                     "byName.b"
                     "both.0"
                     "both.1.weight"
                     "both.1.bias"
                     "structBoth.0"
                     "anonymous.inner"
                     "maybe"
                     "outcome.ok" |]
                  "checkpoints are keyed by these"

              Expect.equal (Tree.named t |> Array.map fst) [| "tensor" |] "a lone tensor"
              Expect.equal (Tree.named (Some t) |> Array.map fst) [| "tensor" |] "an option adds nothing"

              Expect.equal
                  (Tree.named { W = t; w = t } |> Array.map fst)
                  [| "W"; "w" |]
                  "fields that differ in case only"

          testCase "a type that holds itself is walked"
          <| fun () ->
              let tree = Fork(Fork(Tip(scalar 1.0), Tip(scalar 2.0)), Tip(scalar 3.0))

              Expect.equal
                  (Tree.named tree |> Array.map (fun (path, t) -> path, value t))
                  [| "fork.left.fork.left.tip", 1.0
                     "fork.left.fork.right.tip", 2.0
                     "fork.right.tip", 3.0 |]
                  "depth first"

          testCase "private records, boxed values and empty trees are walked"
          <| fun () ->
              let t = scalar 1.0
              let hidden = { Secret = t; Count = 3 }
              Expect.equal (Tree.map (fun t -> t + 1.0) hidden).Count 3 "the rest stays"
              Expect.equal (Tree.tensors (box hidden)).Length 1 "seen through obj"
              Expect.isEmpty (Tree.tensors ()) "unit"
              Expect.isEmpty (Tree.tensors (1, "two", [ 3.0 ])) "no tensors"
              Expect.equal (Tree.map id (1, "two", [ 3.0 ])) (1, "two", [ 3.0 ]) "unchanged"
              Expect.isEmpty (Tree.tensors (None: Tensor option)) "none"

          testCase "types are learnt safely by many threads at once"
          <| fun () ->
              let t = scalar 1.0

              let counts =
                  Array.Parallel.init 64 (fun i ->
                      match i % 3 with
                      | 0 -> (Tree.tensors [ Some(t, [| t |]) ]).Length
                      | 1 -> (Tree.tensors (Fork(Tip t, Tip t), [ t ])).Length - 1
                      | _ -> (Tree.tensors (Map [ 1, struct (t, 1.0, Scaled t) ])).Length)

              Expect.allEqual counts 2 "two each"

          forEveryTree "map2, map3 and map4 pair the tensors by place"
          <| fun tree ->
              let scaled (k: float) = Tree.map (fun t -> t * k) tree
              let values tree = Tree.tensors tree |> Array.map value

              let all k =
                  values tree |> Array.map (fun x -> x * k)

              Expect.equal (values (Tree.map2 (-) tree (scaled 3.0))) (all -2.0) "two"

              Expect.equal
                  (values (Tree.map3 (fun a b c -> a + b - c) tree tree (scaled 5.0)))
                  (all -3.0)
                  "three"

              Expect.equal
                  (values (Tree.map4 (fun a b c d -> a - b * 2.0 + c - d) tree tree (scaled 2.0) (scaled 7.0)))
                  (all -6.0)
                  "four"

          testCase "trees that differ are refused with the path"
          <| fun () ->
              let t, wide = scalar 1.0, Key.normal [ 2 ] Dtype.Float64 (Key.ofSeed 1)

              let refused (a: 'p) (b: 'p) =
                  try
                      Tree.map2 (fun a _ -> a) a b |> ignore
                      failtest "accepted"
                  with ShapeException message ->
                      message

              Expect.equal
                  (refused [ { Weight = t; Bias = Some t } ] [ { Weight = t; Bias = Some wide } ])
                  "Tree.map2: at `0.bias` the first tree has shape [], tree 2 has [2]"
                  "a shape"

              Expect.equal
                  (refused [ { Weight = t; Bias = Some t } ] [ { Weight = t; Bias = None } ])
                  "Tree.map2: the first tree has `0.bias` where tree 2 has nothing"
                  "a missing tensor"

              Expect.equal
                  (refused (Scaled t) (Pair(t, t)))
                  "Tree.map2: the first tree has `scaled` where tree 2 has `pair.0`"
                  "another case"

              Expect.throwsT<ShapeException>
                  (fun () -> Tree.map3 (fun a _ _ -> a) [ t ] [ t ] [] |> ignore)
                  "the third of three"

              Expect.throwsT<ArgumentException> (fun () -> Tree.rebuild [ t; t ] [| t |] |> ignore) "too few"
              Expect.throwsT<ArgumentException> (fun () -> Tree.rebuild [ t ] [| t; t |] |> ignore) "too many"

          forEveryTree "grad gives each tensor its own derivative"
          <| fun tree ->
              // Σ i·x³ over the i-th tensors: each derivative tells its place and its value.
              let loss tree =
                  Tree.tensors tree |> Array.mapi (fun i x -> x * x * x * (i + 1)) |> sum

              let total, gradients = Tree.grad loss tree
              let slots = Tree.tensors gradients
              Expect.floatClose Accuracy.veryHigh (value total) (value (loss tree)) "value"

              Tree.tensors tree
              |> Array.iteri (fun i x ->
                  let f (y: Tensor) =
                      loss (
                          Tree.rebuild
                              tree
                              (Tree.tensors tree |> Array.mapi (fun j z -> if i = j then y else z))
                      )

                  Expect.equal (value (slots[i])) (value (dsharp.grad f x)) $"tensor {i}")

              Expect.equal gradients.Name tree.Name "the rest passes through"
              Expect.isFalse total.torch.requires_grad "no graph on the value"

              Expect.isFalse
                  (Tree.tensors gradients |> Array.exists _.torch.requires_grad)
                  "nor on the gradients"

              Expect.isFalse (Tree.tensors tree |> Array.exists _.torch.requires_grad) "nor on the arguments"

          testCase "grad is zero for what the function does not use and for integers"
          <| fun () ->
              let used, unused = scalar 2.0, Key.normal [ 2; 3 ] Dtype.Float32 (Key.ofSeed 2)
              let index = Tensor.ofTorch (torch.arange 3L)

              let _, (a, b, c) =
                  Tree.grad (fun (x: Tensor, _: Tensor, _: Tensor) -> x * x) (used, unused, index)

              Expect.equal (value a) 4.0 "used"
              Expect.equal (b.shape, b.dtype) ([| 2; 3 |], Dtype.Float32) "shape and dtype of the unused"
              Expect.equal (b.torch.abs().sum().item<float32>()) 0.0f "zeros"
              Expect.equal (c.shape, c.dtype) ([| 3 |], Dtype.Int64) "an integer tensor's"
              let constant, d = Tree.grad (fun (_: Tensor) -> scalar 5.0) used
              Expect.equal (value constant, value d) (5.0, 0.0) "a constant function"
              let nothing, () = Tree.grad (fun () -> scalar 6.0) ()
              Expect.equal (value nothing) 6.0 "a tree without tensors"

          testCase "the same tensor twice has two derivatives"
          <| fun () ->
              let x = scalar 3.0
              let _, (a, b) = Tree.grad (fun (a: Tensor, b: Tensor) -> a * a * b) (x, x)
              Expect.equal (value a, value b) (18.0, 9.0) "by place"

          testCase "grad nests"
          <| fun () ->
              let p =
                  { Weight = scalar 2.0
                    Bias = Some(scalar 3.0) }

              let bias (layer: Layer) = Option.get layer.Bias

              // |∇(w²b)|² = 4w²b² + w⁴; its derivative by w is 8wb² + 4w³, by b 8w²b.
              let energy layer =
                  let _, g = Tree.grad (fun q -> q.Weight * q.Weight * bias q) layer
                  g.Weight * g.Weight + bias g * bias g

              let total, g = Tree.grad energy p
              Expect.equal (value total) 160.0 "value"
              Expect.equal (value g.Weight, value (bias g)) (176.0, 96.0) "second derivatives"

          testCase "gradWith returns the by-product beside the gradients"
          <| fun () ->
              let x = scalar 3.0

              let total, (square, label), g =
                  Tree.gradWith (fun (x: Tensor) -> x * x * x, (x * x, "seen")) x

              Expect.equal (value total, value square, label, value g) (27.0, 9.0, "seen", 27.0) "all four"
              Expect.isFalse square.torch.requires_grad "no graph on the by-product"

          testCase "grad of what is not a scalar is refused, and leaves nothing behind"
          <| fun () ->
              let x = Key.normal [ 3 ] Dtype.Float64 (Key.ofSeed 3)

              Expect.throwsT<ShapeException>
                  (fun () -> Tree.grad (fun (x: Tensor) -> x * x) x |> ignore)
                  "a vector"

              Expect.throwsT<InvalidOperationException>
                  (fun () -> Tree.grad (fun (_: Tensor) -> invalidOp "no") x |> ignore)
                  "the function's own error"

              let _, g = Tree.grad (fun (x: Tensor) -> Tensor.ofTorch ((x * x).torch.sum())) x
              Expect.isFalse g.torch.requires_grad "the nesting depth is back at zero"

          testCase "dispose frees every tensor, one that occurs twice too"
          <| fun () ->
              let t = scalar 1.0
              let tree = { Weight = t; Bias = Some t }, [ scalar 2.0 ]
              Tree.dispose tree
              Expect.isTrue (Tree.tensors tree |> Array.forall _.torch.IsInvalid) "freed"

          testCase "collections that cannot be rebuilt are refused, not passed over"
          <| fun () ->
              let x = scalar 1.0

              let refused what (tree: 'p) =
                  Expect.throwsT<ArgumentException> (fun () -> Tree.tensors tree |> ignore) what

              refused "ResizeArray" (ResizeArray [ x ])
              refused "Dictionary" (Collections.Generic.Dictionary(dict [ "a", x ]))
              refused "seq" (Seq.singleton x)
              refused "a table" (Array2D.create 1 1 x)
              refused "inside a record" (1, Some(ResizeArray [ x, 2 ]))

              Expect.isEmpty
                  (Tree.tensors (ResizeArray [ 1 ], "text", [| 1, 2 |]))
                  "without tensors they pass" ]
