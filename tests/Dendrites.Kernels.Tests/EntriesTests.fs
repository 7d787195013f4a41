module Dendrites.Tests.EntriesTests

open System
open Dendrites.Kernels
open Expecto
open FSharp.NativeInterop

[<Tests>]
let tests =
    testList
        "Entries"
        [ property "lists by unit hold what lists by sample hold, however units are divided" (fun random ->
              let units, samples = random.Next(1, 100), random.Next(1, 20)
              use entries = new Entries(units, 32)

              let listed =
                  [ for sample in 0 .. samples - 1 do
                        let chosen =
                            shuffled random units
                            |> Array.truncate (random.Next(0, units + 1))
                            |> Array.sort

                        NativePtr.set entries.Count sample chosen.Length

                        for n, unit in Array.indexed chosen do
                            let value = random.NextSingle()
                            NativePtr.set entries.Unit (sample * entries.Stride + n) unit
                            NativePtr.set entries.Value (sample * entries.Stride + n) value
                            unit, sample, value ]

              let cut = random.Next(0, units + 1)
              entries.ListByUnit(0, cut, samples, 7)
              entries.ListByUnit(cut, units, samples, 7)

              for unit in 0 .. units - 1 do
                  let found =
                      [ for n in 0 .. NativePtr.get entries.UnitCount unit - 1 ->
                            let at = unit * entries.UnitStride + n
                            unit, NativePtr.get entries.Sample at, NativePtr.get entries.UnitValue at ]

                  Expect.equal found (listed |> List.filter (fun (u, _, _) -> u = unit)) $"unit {unit}"
                  Expect.equal (NativePtr.get entries.Last unit) (if found.IsEmpty then 0 else 7) "last step"

              entries.ListLive(7, 3)
              let live = listed |> List.map (fun (u, _, _) -> u) |> List.distinct |> List.sort

              Expect.equal
                  [ for n in 0 .. entries.LiveCount - 1 -> NativePtr.get entries.Live n ]
                  live
                  "live"

              entries.ListLive(11, 3)
              Expect.equal entries.LiveCount 0 "all rest")

          test "a unit is awake as long as its patience lasts, and never before its first gradient" {
              Expect.isFalse (Rest.IsAwake(0, 5, 100)) "never"
              Expect.isTrue (Rest.IsAwake(1, 101, 100)) "just"
              Expect.isFalse (Rest.IsAwake(1, 102, 100)) "no more"
          }

          test "patience lasts until momentum has shrunk to a millionth" {
              for beta in [ 0.5; 0.9; 0.99 ] do
                  let patience = Rest.Patience beta
                  Expect.isLessThanOrEqual (Math.Pow(beta, float patience)) 1e-6 "enough"
                  Expect.isGreaterThan (Math.Pow(beta, float (patience - 1))) 1e-6 "not more than needed"

              Expect.equal (Rest.Patience 0.0) 0 "without momentum at once"
          } ]
