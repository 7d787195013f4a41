/// What the tests of scripting share.
module Dendrites.Tests.Support

open System
open System.IO
open Dendrites
open Expecto

/// A law that must hold for every input.
let prop name property =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = 100 }
        name
        property

/// Runs `f` in a folder of its own that is gone afterwards.
let inFolder (f: string -> 'r) : 'r =
    let folder = Directory.CreateTempSubdirectory "dendrites-test-"

    try
        f folder.FullName
    finally
        folder.Delete true

/// `f` fails with one line that holds every one of `words`, and no trace of the stack where the prompt shows it.
let refuses (words: string list) (f: unit -> 'a) =
    let line =
        try
            f () |> ignore
            failtest "nothing failed"
        with :? ScriptException as failure ->
            Expect.equal (string failure) failure.Message "what the prompt shows"
            failure.Message

    Expect.isFalse (line.Contains '\n') $"one line: {line}"

    for word in words do
        Expect.stringContains line word "what was wrong"

/// A terminal with these colours, so many characters wide.
let internal terminal colours width : Terminal =
    { Rewrites = true
      Width = width
      Colours = colours }

/// Text without the sequences that colour it.
let withoutColours (text: string) =
    Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;]*m", "")

/// Random images of width 12, and labels below 4 that the first inputs tell.
let samples count seed : Samples =
    let key = Key.ofSeed seed
    let labels = Key.integers 0 4 count (Key.named "labels" key)
    let noise = Key.normal [ count; 12 ] Dtype.Float32 (Key.named "images" key)

    let told =
        Array2D.init count 12 (fun row column -> if labels[row] = column then 3.0f else 0.0f)

    { Images = noise + dsharp.tensor told
      Labels = dsharp.tensor (labels |> Seq.map int64 |> Array.ofSeq) }

/// Three permutations of those.
let tasks =
    lazy Stream.permutedBy PixelScale.Plain 3 4 (samples 70 1) (samples 40 2)

/// A learner of them that takes milliseconds: two epochs of four updates for each task.
let small =
    lazy
        { Train.preset "quick" with
            Hidden = [ 16; 12 ]
            Density = 0.25
            Segments = 3
            Epochs = 2
            Batch = 16
            LearningRate = 0.01
            EvaluationBatch = 9 }

/// The same under a gate of one's own, which the reference engine learns.
let softer =
    lazy
        { small.Value with
            Gate = "softer", Custom(fun activations -> dsharp.sigmoid (activations.mean 2)) }
