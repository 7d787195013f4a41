module Dendrites.Tests.DocumentationTests

open Expecto

[<Tests>]
let tests = testList "Documentation" (DocComments.claims "Dendrites.Scripting")
