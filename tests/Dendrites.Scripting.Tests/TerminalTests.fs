module Dendrites.Tests.TerminalTests

open Dendrites
open Dendrites.Tests.Support
open Expecto

let private describe variables redirected =
    let known = Map.ofList variables
    Terminal.describe (fun name -> Map.tryFind name known) redirected 90

let private xterm = "TERM", "xterm"

[<Tests>]
let tests =
    testList
        "Terminal"
        [ testCase "what is redirected has no colours and is not written over, whatever the terminal could do"
          <| fun () ->
              for redirected, variables in
                  [ true, [ xterm; "COLORTERM", "truecolor" ]
                    false, [ "TERM", "dumb"; "COLORTERM", "truecolor" ]
                    false, [] ] do
                  let found = describe variables redirected
                  Expect.equal found.Colours NoColours $"{variables}"
                  Expect.isFalse found.Rewrites $"{variables}"

          testCase "NO_COLOR takes the colours alone"
          <| fun () ->
              let found = describe [ xterm; "NO_COLOR", "1"; "COLORTERM", "truecolor" ] false
              Expect.equal (found.Colours, found.Rewrites, found.Width) (NoColours, true, 90) "as described"

          testCase "colours are those that the terminal has"
          <| fun () ->
              Expect.equal (describe [ xterm ] false).Colours Indexed "by number"
              Expect.equal (describe [ xterm; "COLORTERM", "24bit" ] false).Colours TrueColours "all"

          testCase "paint writes the colours, then takes them back"
          <| fun () ->
              let painted colours =
                  Terminal.paint (terminal colours 80) "#fff" "#ff0033" "x"

              Expect.equal (painted NoColours) "x" "none"
              Expect.equal (painted TrueColours) "\u001b[38;2;255;255;255;48;2;255;0;51mx\u001b[0m" "true"
              // 231 is white; 16 + 36·5 + 6·0 + 1.
              Expect.equal (painted Indexed) "\u001b[38;5;231;48;5;197mx\u001b[0m" "by number" ]
