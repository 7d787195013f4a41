namespace Dendrites.Tests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open Dendrites.Kernels

/// The seed of a trial. Not shrunk: a smaller seed is not a simpler case.
type Seed = Seed of int

/// FsCheck generators of these tests.
type Generators =
    static member Seed() : Arbitrary<Seed> =
        Arb.fromGen (Gen.map Seed (Gen.choose (0, Int32.MaxValue)))

/// What the tests share.
[<AutoOpen>]
module Support =

    /// A claim that must hold for many draws.
    let property name (body: Random -> unit) =
        let config =
            { FsCheckConfig.defaultConfig with
                maxTest = 300
                arbitrary = [ typeof<Generators> ] }

        testPropertyWithConfig config name (fun (Seed seed) -> body (Random seed))

    /// Numbers between -1 and 1.
    let floats (random: Random) count =
        Array.init count (fun _ -> random.NextSingle() * 2.0f - 1.0f)

    let shuffled (random: Random) count =
        let places = [| 0 .. count - 1 |]
        random.Shuffle places
        places

    /// Native memory with these numbers.
    let native (numbers: 't[]) =
        let array = new NativeArray<'t>(int64 numbers.Length)
        numbers.CopyTo array.Span
        array
