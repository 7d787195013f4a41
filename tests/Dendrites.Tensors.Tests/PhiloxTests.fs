module Dendrites.Tests.PhiloxTests

open System
open Dendrites
open Expecto
open FsCheck

/// Units in the last place between two numbers of one sign.
let private ulps (a: float) (b: float) =
    abs (BitConverter.DoubleToInt64Bits a - BitConverter.DoubleToInt64Bits b)

[<Tests>]
let tests =
    testList
        "Philox"
        [ testCase "philox4x32-10 gives Random123's known answers"
          <| fun () ->
              // From kat_vectors of the Random123 distribution: zeros, ones, digits of pi.
              let all = UInt32.MaxValue

              for key, counter, expected in
                  [ 0UL, struct (0u, 0u, 0u, 0u), struct (0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)
                    UInt64.MaxValue,
                    struct (all, all, all, all),
                    struct (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)
                    0x299f31d0a4093822UL,
                    struct (0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u),
                    struct (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u) ] do
                  Expect.equal (Philox.block key counter) expected $"key %x{key}"

          testProperty "the logarithm is within three units in the last place of the system's"
          <| fun (seed: int) ->
              for u in Key.uniforms 50 (Key.ofSeed seed) do
                  for x in
                      [ u + 1.0e-300
                        u * 1.0e-9 + 1.0e-12
                        1.0 - u * 1.0e-9
                        1.0 + u
                        u * 1.0e200 + 1.0 ] do
                      Expect.isLessThanOrEqual (ulps (Philox.log x) (Math.Log x)) 3L $"log %.17g{x}"

          testCase "the logarithm of one is zero"
          <| fun () -> Expect.equal (Philox.log 1.0) 0.0 "exactly"

          testProperty "sine and cosine are within 2⁻⁵² of the system's"
          <| fun (seed: int) ->
              for turns in
                  0.0
                  :: 0.125
                  :: 0.5
                  :: 0.999999999
                  :: List.ofArray (Key.uniforms 50 (Key.ofSeed seed)) do
                  let struct (c, s) = Philox.cosSin turns

                  let struct (s', c') = Double.SinCosPi(2.0 * turns)
                  Expect.isLessThanOrEqual (abs (c - c')) 2.3e-16 $"cos of %.17g{turns} turns"
                  Expect.isLessThanOrEqual (abs (s - s')) 2.3e-16 $"sin of %.17g{turns} turns"

          testCase "quarter turns are exact"
          <| fun () ->
              Expect.equal
                  [ for q in 0..3 -> Philox.cosSin (float q / 4.0) ]
                  [ struct (1.0, 0.0); struct (0.0, 1.0); struct (-1.0, 0.0); struct (0.0, -1.0) ]
                  "cos and sin" ]
