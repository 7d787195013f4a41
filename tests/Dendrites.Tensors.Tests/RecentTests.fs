module Dendrites.Tests.RecentTests

open System
open System.Runtime.CompilerServices
open Dendrites
open Expecto

/// Touches a tensor that nothing else holds, and says where it was.
[<MethodImpl(MethodImplOptions.NoInlining)>]
let private touched () : WeakReference =
    let temporary = dsharp.zeros [ 3 ]
    WeakReference temporary.torch

let private collect () =
    for _ in 1..3 do
        GC.Collect()
        GC.WaitForPendingFinalizers()

[<Tests>]
let tests =
    testList
        "Recent"
        [ testCase "a tensor touched a moment ago outlives a collection, but not for ever"
          <| fun () ->
              let other = dsharp.ones [ 1 ]
              let place = touched ()

              for _ in 2 .. Recent.Count do
                  other.torch |> ignore

              collect ()
              Expect.isTrue place.IsAlive "native code might still read it"
              other.torch |> ignore
              collect ()
              Expect.isFalse place.IsAlive "freed once others have been touched" ]
