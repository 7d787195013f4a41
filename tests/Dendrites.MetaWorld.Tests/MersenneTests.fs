module Dendrites.Tests.MersenneTests

open Expecto
open Dendrites.MetaWorld

[<Tests>]
let tests =
    testList
        "Mersenne"
        [ test "the first word of the generator's own default seed" {
              Expect.equal ((Mersenne 5489u).Word()) 3499211612u "the reference implementation's"
          }

          test "the ten thousandth word of that seed, which C++ prescribes" {
              let generator = Mersenne 5489u
              let words = [ for _ in 1..10000 -> generator.Word() ]
              Expect.equal (List.last words) 4123659995u "std::mt19937"
          }

          test "the first numbers of seed 42 are numpy's" {
              let generator = Mersenne 42u

              Expect.equal
                  [ for _ in 1..4 -> generator.Double() ]
                  [ 0.3745401188473625
                    0.9507143064099162
                    0.7319939418114051
                    0.5986584841970366 ]
                  "numpy.random.seed(42)"
          } ]
