module Dendrites.Tests.LawTests

open Expecto
open Dendrites

let private truth = Law.create "truth" (fun _ -> Ok())
let private falsehood = Law.create "falsehood" (fun _ -> Error "seen")

/// Fails for about one key in two.
let private coin =
    Law.create "coin" (fun key -> Law.expect ((Key.uniforms 1 key)[0] < 0.5) (fun () -> $"{key}"))

[<Tests>]
let tests =
    testList
        "Law"
        [ test "a law that is broken is told once, by its claim and what was seen" {
              Expect.equal
                  (Law.violations 20 (Key.ofSeed 1) [ truth; falsehood; truth ])
                  [ "falsehood", "seen" ]
                  "violations"

              Expect.isEmpty (Law.violations 20 (Key.ofSeed 1) [ truth ]) "all hold"
              Expect.isEmpty (Law.violations 0 (Key.ofSeed 1) [ falsehood ]) "no trials"
          }

          test "every trial draws numbers of its own" {
              // Twenty trials: 1 in 2²⁰ that a coin never falls on its edge side.
              Expect.hasLength (Law.violations 20 (Key.ofSeed 1) [ coin ]) 1 "some trial fails"

              let single =
                  [ for seed in 1..40 -> (Law.violations 1 (Key.ofSeed seed) [ coin ]).Length ]

              Expect.equal
                  (List.distinct single |> List.sort)
                  [ 0; 1 ]
                  "one trial holds for some keys and not for others"
          }

          test "a law that does not hold raises its claim and what was seen" {
              Law.holds truth (Key.ofSeed 1)

              let raised =
                  try
                      Law.holds falsehood (Key.ofSeed 1)
                      ""
                  with error ->
                      error.Message

              Expect.equal raised "falsehood: seen" "message"
          }

          test "a variant whose shapes do not fit breaks the law" {
              let misfit =
                  Law.create "fits" (fun _ ->
                      Law.expect (Law.largest (dsharp.ones [ 2 ] + dsharp.ones [ 3 ]) = 0.0) (fun () -> ""))

              let claim, seen =
                  Law.violations 3 (Key.ofSeed 1) [ misfit; truth ] |> List.exactlyOne

              Expect.equal claim "fits" "claim"
              Expect.stringContains seen "[2]" "shape"
              Expect.stringContains seen "[3]" "shape"
          }

          case "a trial frees its tensors"
          <| fun () ->
              let mutable made: Tensor option = None

              let law =
                  Law.create "makes a tensor" (fun _ ->
                      made <- Some(dsharp.zeros [ 3 ])
                      Ok())

              Law.holds law (Key.ofSeed 1)
              Expect.isTrue made.Value.torch.IsInvalid "freed"

          property "sizes fill their range"
          <| fun key ->
              let low, high = size "low" -5 5 key, size "high" 5 9 key
              let drawn = [ for i in 0..400 -> Law.size low high (Key.fork i key) ]
              Expect.equal (List.distinct drawn |> List.sort) [ low..high ] "all of them, no other"

          case "comparisons see shape and size"
          <| fun () ->
              let t elements =
                  tensorOf [ Array.length elements ] elements

              Expect.equal (Law.largest (t [| 1.0; -3.0; 2.0 |])) 3.0 "largest"
              Expect.equal (Law.largest (t [||])) 0.0 "largest of none"
              Expect.isTrue (Law.same (t [| 1.0; 2.0 |]) (t [| 1.0; 2.0 |])) "same"
              Expect.isFalse (Law.same (t [| 1.0; 2.0 |]) (t [| 1.0; 2.0000001 |])) "not same"
              Expect.isFalse (Law.same (t [| 1.0 |]) (t [| 1.0; 1.0 |])) "shapes"
              Expect.isTrue (Law.close 1e-6 (t [| 100.00005 |]) (t [| 100.0 |])) "close relative to the size"

              Expect.isFalse
                  (Law.close 1e-6 (t [| 100.0002 |]) (t [| 100.0 |]))
                  "not close relative to the size"

              Expect.isTrue (Law.close 1e-6 (t [| 5e-7 |]) (t [| 0.0 |])) "close to zero"
              Expect.isFalse (Law.close 1e-6 (t [| 2e-6 |]) (t [| 0.0 |])) "not close to zero"
              Expect.isFalse (Law.close 1e-6 (t [| 1.0 |]) (t [| 1.0; 1.0 |])) "shapes of close"
              Expect.isFalse (Law.same (t [| nan |]) (t [| nan |])) "no number is not the same as itself"
              Expect.isFalse (Law.close 1.0 (t [| nan |]) (t [| 0.0 |])) "no number is close to none" ]
