module Dendrites.Tests.ClaimTests

open System
open System.Diagnostics
open System.IO
open System.Threading
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Support

let private take folder =
    match Claim.Take(folder, "run") with
    | null -> None
    | claim -> Some claim

[<Tests>]
let tests =
    testList
        "claims"
        [ test "one holds it until it lets go" {
              inFolder (fun folder ->
                  let claim = take folder |> Option.get
                  Expect.isTrue (Claim.IsHeld(folder, "run")) "held"
                  Expect.isNone (take folder) "nobody else takes it"
                  Expect.isFalse (Claim.IsHeld(folder, "other")) "another run is free"
                  claim.Dispose()
                  Expect.isFalse (Claim.IsHeld(folder, "run")) "free"
                  (take folder |> Option.get).Dispose())
          }

          test "of many that ask at once, one gets it" {
              inFolder (fun folder ->
                  use together = new Barrier(8)

                  // Some find the claim of a dead one, some find none.
                  File.WriteAllText(Path.Combine(folder, "run.json"), "{}")
                  let taken: Claim option[] = Array.create 8 None

                  let askers =
                      [ for number in 0..7 ->
                            Thread(fun () ->
                                together.SignalAndWait()
                                taken[number] <- take folder) ]

                  for asker in askers do
                      asker.Start()

                  for asker in askers do
                      asker.Join()

                  Expect.equal (Array.choose id taken).Length 1 "one got it"
                  Expect.isNone (take folder) "and it is held")
          }

          test "the claim of a process that is gone is taken over" {
              inFolder (fun folder ->
                  use child = new Process(StartInfo = ProcessStartInfo("true"))
                  child.Start() |> ignore
                  child.WaitForExit()
                  use claim = (take folder |> Option.get)
                  let file = Path.Combine(folder, "run.json")
                  let mine = File.ReadAllText file
                  Expect.stringContains mine $":{Environment.ProcessId}," "this process"
                  File.WriteAllText(file, mine.Replace($":{Environment.ProcessId},", $":{child.Id},"))
                  Expect.isFalse (Claim.IsHeld(folder, "run")) "the process is gone"
                  Expect.equal (List.ofSeq (Claim.HeldBy(folder, child.Id))) [ "run" ] "whose it was"
                  use other = (take folder |> Option.get)
                  Expect.equal (File.ReadAllText file) mine "taken over"
                  Claim.Bury folder
                  Expect.isTrue (File.Exists file) "the living are not buried"
                  File.WriteAllText(file, mine.Replace($":{Environment.ProcessId},", $":{child.Id},"))
                  Claim.Bury folder
                  Expect.isFalse (File.Exists file) "the dead are")
          }

          test "a process with the number of one that is gone is another" {
              inFolder (fun folder ->
                  use claim = (take folder |> Option.get)
                  let file = Path.Combine(folder, "run.json")
                  let began = File.ReadAllText(file).Split('"') |> Array.rev |> Array.item 1
                  File.WriteAllText(file, File.ReadAllText(file).Replace($"\"{began}\"", "\"1\""))
                  Expect.isFalse (Claim.IsHeld(folder, "run")) "it began at another time")
          }

          test "a process on another machine is taken to live while its file is touched" {
              inFolder (fun folder ->
                  use claim = (take folder |> Option.get)
                  let file = Path.Combine(folder, "run.json")
                  let text = File.ReadAllText(file)
                  File.WriteAllText(file, text.Replace("\"machine\":\"", "\"machine\":\"elsewhere "))
                  Expect.isTrue (Claim.IsHeld(folder, "run")) "just touched"
                  File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes -10.0)
                  Expect.isFalse (Claim.IsHeld(folder, "run")) "silent for ten minutes")
          }

          test "a file that is none is nobody's claim" {
              inFolder (fun folder ->
                  for text in [ ""; "{"; "{}"; "null"; "[]" ] do
                      File.WriteAllText(Path.Combine(folder, "run.json"), text)
                      Expect.isFalse (Claim.IsHeld(folder, "run")) text)
          } ]
