module Dendrites.Tests.DocumentationTests

open Expecto

[<Tests>]
let tests =
    testList
        "Documentation"
        [ for name in
              [ "Dendrites.Tensors"
                "Dendrites.Core"
                "Dendrites.MetaWorld"
                "Dendrites.MuJoCo"
                "Dendrites.Cli.Arguments"
                "dendrites" ] do
              yield! DocComments.claims name ]
