/// Small sweeps, run as processes, and what their folders hold.
module Dendrites.Tests.SweepRunning

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Running

[<DllImport("libc")>]
extern int kill(int pid, int signal)

/// Runs of a second or so.
let small =
    "preset = \"quick\"\n[set]\nsubset = 1000\ntest-subset = 200\ntasks = 2\nhidden = [32, 32]\ndensity = 0.2\nsegments = 2\n"

let table folder (text: string) =
    File.WriteAllText(Path.Combine(folder, "sweep.toml"), text)

let sweep (words: string list) =
    "sweep" :: List.head words :: "sweep.toml" :: List.tail words

/// The folders of runs in the folder `out`, those that are finished first told apart.
let runs folder (out: string) =
    let path = Path.Combine(folder, out, "runs")

    if Directory.Exists path then
        Directory.GetDirectories path
    else
        [||]

let isDone run =
    File.Exists(Path.Combine(run, "summary.json"))

let linesOf (file: string) (word: string) run =
    let path = Path.Combine(run, file)

    if File.Exists path then
        File.ReadAllLines path |> Array.filter _.Contains(word)
    else
        [||]

let sameTables folder (one: string) (other: string) =
    for name in SweepResults.FileNames do
        Expect.isTrue
            (bytesOf folder $"{one}/{name}" = bytesOf folder $"{other}/{name}")
            $"{name} is the same"

let awaiting (condition: unit -> bool) =
    let since = Stopwatch.StartNew()

    while not (condition ()) do
        Expect.isLessThan since.Elapsed.TotalMinutes 5.0 "it does not come"
        Threading.Thread.Sleep 10

/// As `start`, in a process group of its own.
let startGroup folder (words: string list) =
    let info =
        ProcessStartInfo(
            "setsid",
            program :: words,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    let running = new Process(StartInfo = info)
    running.Start() |> ignore
    running
