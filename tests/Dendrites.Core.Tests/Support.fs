namespace Dendrites.Tests

open Expecto
open FsCheck
open FsCheck.FSharp
open Dendrites

/// The seed of a trial's key. Not shrunk: a smaller seed is not a simpler case.
type Seed = Seed of int

/// FsCheck generators of these tests.
type Generators =
    /// Seeds over the whole range: the default generator of integers would draw the same few again and again.
    static member Seed() : Arbitrary<Seed> =
        Arb.fromGen (Gen.map Seed (Gen.choose (0, System.Int32.MaxValue)))

/// What the tests share.
[<AutoOpen>]
module Support =

    /// A claim that must hold for `trials` keys; each trial frees its tensors.
    let propertyOf trials name (body: Key -> unit) =
        let config =
            { FsCheckConfig.defaultConfig with
                maxTest = trials
                arbitrary = [ typeof<Generators> ] }

        testPropertyWithConfig config name (fun (Seed seed) -> Scope.run (fun () -> body (Key.ofSeed seed)))

    /// A claim that must hold for a hundred keys.
    let property name body = propertyOf 100 name body

    /// A claim about one case, in a scope of its own.
    let case name (body: unit -> unit) =
        testCase name (fun () -> Scope.run body)

    /// Every element, row by row, as float64.
    let values (t: Tensor) : float[] =
        if t.nelement = 0 then
            [||]
        else
            use detached = t.torch.detach ()
            use cast = detached.``to`` (TorchSharp.torch.float64, true)
            use whole = cast.contiguous ()
            whole.data<float>().ToArray()

    /// The same as integers.
    let integers (t: Tensor) : int[] = values t |> Array.map int

    /// The rows of a matrix.
    let rows (t: Tensor) : float[][] =
        values t |> Array.chunkBySize t.shape[t.dim - 1]

    /// A float64 tensor of a shape from its elements, row by row.
    let tensorOf (shape: int list) (elements: float[]) : Tensor =
        dsharp.tensor(elements, dtype = Dtype.Float64).view shape

    /// An int64 vector.
    let indices (elements: int[]) : Tensor =
        dsharp.tensor (Array.map int64 elements)

    /// Standard normal float64 numbers.
    let normal (shape: int list) (key: Key) : Tensor = Key.normal shape Dtype.Float64 key

    /// A whole number in `[low, high]` that the key draws for a purpose.
    let size purpose low high (key: Key) : int =
        Law.size low high (Key.named purpose key)

    /// One of the choices, which the key draws for a purpose.
    let pick purpose (choices: 'c list) (key: Key) : 'c =
        choices[size purpose 0 (choices.Length - 1) key]

    /// Fails unless every element is within `tolerance` of the expected one, relative to the larger of 1 and it.
    let expectClose tolerance (expected: float[]) (actual: float[]) message =
        Expect.equal actual.Length expected.Length $"{message}: length"

        (expected, actual)
        ||> Array.iteri2 (fun i e a ->
            if not (abs (e - a) <= tolerance * max 1.0 (abs e)) then
                failtestf "%s: element %d is %.17g, expected %.17g" message i a e)

    /// Fails unless shapes agree and every element does within `tolerance`.
    let expectTensor tolerance (expected: Tensor) (actual: Tensor) message =
        Expect.equal actual.shape expected.shape $"{message}: shape"
        expectClose tolerance (values expected) (values actual) message

    /// Fails unless both trees hold the same bits.
    let expectSame (expected: 'p) (actual: 'p) message =
        let expected, actual = Tree.tensors expected, Tree.tensors actual
        Expect.equal actual.Length expected.Length $"{message}: tensors"

        for e, a in Array.zip expected actual do
            Expect.equal a.shape e.shape $"{message}: shape"
            Expect.equal (values a) (values e) message

    /// Fails when a problem was found.
    let expectOk message result =
        match result with
        | Ok value -> value
        | Error problem -> failtestf "%s: %O" message problem

    /// Small labelled samples: class `c` is a noisy copy of a random centre, so they can be learned. float32.
    let labelled (samples: int) (inputs: int) (classes: int) (key: Key) : Samples =
        Scope.run (fun () ->
            let centres =
                Key.normal [ classes; inputs ] Dtype.Float32 (Key.named "centres" key) * 2.0

            let labels = Key.integers 0 classes samples (Key.named "labels" key)
            let noise = Key.normal [ samples; inputs ] Dtype.Float32 (Key.named "noise" key)

            { Images = dsharp.indexSelect (centres, 0, indices labels) + noise * 0.5
              Labels = indices labels })

    /// A task that gathers from samples held in memory, telling `watch` which places were asked for.
    let watchedTask (watch: int[] -> unit) (samples: Samples) : Task =
        { Size = samples.Count
          Gather =
            fun places ->
                watch places
                let index = indices places

                { Images = dsharp.indexSelect (samples.Images, 0, index)
                  Labels = dsharp.indexSelect (samples.Labels, 0, index) } }

    /// A task that gathers from samples held in memory.
    let taskOf samples = watchedTask ignore samples

    /// A preset with keys set; fails on a problem.
    let configured preset pairs : RunConfig =
        Presets.find preset
        |> Result.mapError List.singleton
        |> Result.bind (fun preset -> RunConfig.setAll pairs preset.Config)
        |> expectOk "configuration"
