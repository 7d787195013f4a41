module Dendrites.Tests.CtrlCTests

open System
open System.Reflection
open Dendrites
open Expecto

let private field =
    typeof<Console>.GetField("s_cancelCallbacks", BindingFlags.NonPublic ||| BindingFlags.Static)

/// Whom Ctrl-C is told to.
let private handlers () : Delegate list =
    match field with
    | null -> failtest "System.Console keeps its handlers elsewhere"
    | field ->
        match field.GetValue null with
        | null -> []
        | all -> List.ofArray ((all :?> Delegate).GetInvocationList())

// The handlers belong to the process.
[<Tests>]
let tests =
    testSequenced
    <| testList
        "Ctrl-C"
        [ testCase "handlers that were there are set aside while one lives, and only then"
          <| fun () ->
              let other = ConsoleCancelEventHandler(fun _ _ -> ())
              Console.CancelKeyPress.AddHandler other

              try
                  let before = handlers ()
                  let one, two = new CtrlC(), new CtrlC()
                  Expect.hasLength (handlers ()) 1 "one handler for both"
                  Expect.isFalse (List.contains (other :> Delegate) (handlers ())) "set aside"
                  (one :> IDisposable).Dispose()
                  Expect.isFalse (List.contains (other :> Delegate) (handlers ())) "one still lives"
                  (two :> IDisposable).Dispose()
                  (two :> IDisposable).Dispose()
                  Expect.equal (handlers ()) before "back"
              finally
                  Console.CancelKeyPress.RemoveHandler other

          testCase "the first time asks to stop, the second means what it did before"
          <| fun () ->
              let mutable told = 0
              let other = ConsoleCancelEventHandler(fun _ _ -> told <- told + 1)
              Console.CancelKeyPress.AddHandler other
              let others = handlers ()

              try
                  // Those of the test runner would end it.
                  for one in others do
                      if one <> other then
                          Console.CancelKeyPress.RemoveHandler(one :?> ConsoleCancelEventHandler)

                  use ctrlC = new CtrlC()
                  let own = List.exactlyOne (handlers ())

                  let make =
                      typeof<ConsoleCancelEventArgs>
                          .GetConstructor(
                              BindingFlags.NonPublic ||| BindingFlags.Instance,
                              [| typeof<ConsoleSpecialKey> |]
                          )

                  let press () =
                      let pressed =
                          (nonNull make).Invoke [| ConsoleSpecialKey.ControlC |] :?> ConsoleCancelEventArgs

                      own.DynamicInvoke(null, pressed) |> ignore
                      pressed.Cancel

                  Expect.isFalse ctrlC.Asked "not yet"
                  Expect.isTrue (press ()) "the process does not end"
                  Expect.equal (ctrlC.Asked, told) (true, 0) "the first"
                  Expect.isFalse (press ()) "that is for others to say"
                  Expect.equal told 1 "the second"
              finally
                  Console.CancelKeyPress.RemoveHandler other

                  for one in others do
                      if one <> other then
                          Console.CancelKeyPress.AddHandler(one :?> ConsoleCancelEventHandler) ]
