/// A run's memory is native: what these tests count is not the garbage collector's.
module Dendrites.Tests.RunMemoryTests

open Expecto
open Dendrites
open Dendrites.Tests.RunTests

/// Lets go of what other tests left to the garbage collector, so that it does not go while tensors are counted.
let private settle () =
    System.GC.Collect()
    System.GC.WaitForPendingFinalizers()

[<Tests>]
let tests =
    testSequenced
    <| testList
        "Run memory"
        [ test "stays flat over two thousand steps" {
              settle ()
              let plan = planOf [ "tasks", "1"; "segments", "1"; "epochs", "510" ]
              let live, resident = ResizeArray(), ResizeArray()

              for event in Run.start plan |> Run.events plan ignore do
                  match event with
                  | Stepped report when report.Total >= 200 && report.Total % 100 = 0 ->
                      live.Add(Scope.live ())
                      resident.Add(System.Diagnostics.Process.GetCurrentProcess().WorkingSet64)
                  | _ -> ()

              Expect.equal live.Count 19 "measured"
              Expect.equal (Seq.distinct live |> List.ofSeq) [ live[0] ] "live tensors"
              Expect.isLessThan (Seq.max resident - resident[0]) 67_108_864L "resident bytes that were added"
              Tree.dispose (plan.Stream.Train.Head.Gather [| 0 |])
          }

          test "a finished run leaves nothing but its last state" {
              settle ()
              let plan = planOf []
              let before = Scope.live ()
              let mutable last = None

              Run.start plan
              |> Run.events plan (fun state -> last <- Some state)
              |> Seq.iter ignore

              let held = Tree.tensors last.Value |> Array.length |> int64
              Expect.equal (Scope.live () - before) held "live tensors"
              Tree.dispose last.Value
          }

          case "next leaves nothing behind but its state"
          <| fun () ->
              settle ()
              let plan = planOf []
              let mutable state = Run.start plan

              let step () =
                  let old = state
                  state <- fst (Run.next plan state)

                  let kept =
                      System.Collections.Generic.HashSet(Tree.tensors state, HashIdentity.Reference)

                  for tensor in Tree.tensors old do
                      if not (kept.Contains tensor) then
                          (tensor :> System.IDisposable).Dispose()

              step ()

              let unaccounted () =
                  Scope.live () - int64 (Tree.tensors state).Length

              let before = unaccounted ()

              for _ in 1..20 do
                  step ()

              Expect.equal (unaccounted ()) before "tensors" ]
