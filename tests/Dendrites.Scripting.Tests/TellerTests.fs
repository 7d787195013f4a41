module Dendrites.Tests.TellerTests

open System
open Dendrites
open Dendrites.Tests.Support
open Expecto

/// What a teller writes that is asked to say line 1, 2, … every so many seconds, and how often it looked at a line.
let private told (terminal: Terminal) (seconds: float) (lines: string list) =
    let mutable time = TimeSpan.Zero
    let mutable asked = 0
    let written = ResizeArray<string>()

    do
        use teller = new Teller(terminal, written.Add, (fun () -> time))

        for line in lines do
            time <- time + TimeSpan.FromSeconds seconds

            teller.Say(fun () ->
                asked <- asked + 1
                line)

    List.ofSeq written, asked

/// The line of a terminal once all that was written to it.
let private screen (written: string list) =
    let line = Array.create 200 ' '
    let mutable at = 0

    for c in String.Join("", written) do
        match c with
        | '\r' -> at <- 0
        | c ->
            line[at] <- c
            at <- at + 1

    (String line).TrimEnd()

let private screenful = terminal NoColours 20

[<Tests>]
let tests =
    testList
        "Teller"
        [ testCase "on a terminal a line is written over, whole, and leaves nothing behind"
          <| fun () ->
              let written, _ = told screenful 1.0 [ "a long line"; "short" ]
              Expect.equal (screen written[..0]) "a long line" "first"
              Expect.equal (screen written[..1]) "short" "nothing of the first"
              Expect.equal (screen written) "" "nothing of either"
              Expect.isFalse (written |> List.exists _.Contains('\n')) "one line"

          testCase "no line wraps"
          <| fun () ->
              let written, _ = told screenful 1.0 [ String('x', 60) ]
              Expect.equal (screen written[..0]).Length 19 "characters"

          testCase "it says something a few times a second, and makes no text that it does not say"
          <| fun () ->
              let _, asked = told screenful 0.01 [ for line in 1..100 -> string line ]
              Expect.isLessThanOrEqual asked 4 "in a second"
              Expect.isGreaterThan asked 1 "in a second"

          testCase "elsewhere a line every few seconds, which stays"
          <| fun () ->
              let written, _ = told Terminal.plain 1.0 [ for line in 1..12 -> $"line {line}" ]
              Expect.equal written [ "line 5\n"; "line 10\n" ] "two lines"

          testCase "what is quickly done says nothing"
          <| fun () ->
              Expect.isEmpty (fst (told Terminal.plain 0.1 [ "a"; "b" ])) "elsewhere"
              Expect.isEmpty (fst (told screenful 0.1 [ "a"; "b" ])) "on a terminal"

          testCase "a line that stays takes the place of one that does not"
          <| fun () ->
              let written = ResizeArray<string>()
              let mutable time = TimeSpan.Zero
              use teller = new Teller(screenful, written.Add, (fun () -> time))
              time <- TimeSpan.FromSeconds 1.0
              teller.Say(fun () -> "passing")
              teller.Tell "staying"
              let text = String.Join("", written)
              Expect.stringEnds text "staying\n" "it stays"
              Expect.equal (screen [ text[.. text.Length - 2] ]) "staying" "alone" ]
