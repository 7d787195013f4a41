namespace Dendrites

open System

/// Inverted dropout (Srivastava et al. 2014): in training every output of a level stays with a probability, and what stays is divided
/// by it; at test all stays as it is. Level 0 is the input, level n the n-th hidden layer, after its activation.
[<RequireQualifiedAccess>]
module Dropout =

    /// How much is dropped. What is dropped when is a function of the key alone, so that no engine has to remember it.
    type Config =
        {
            /// Probability that an input is dropped, in [0, 1).
            Input: float
            /// The same of a hidden unit's output.
            Hidden: float
            /// What all is drawn from.
            Key: Key
        }

    /// Nothing is dropped.
    let none: Config =
        { Input = 0.0
          Hidden = 0.0
          Key = Key.ofSeed 0 }

    /// Of how many in 2¹⁶ one stays at a level: never none.
    let private share (config: Config) (level: int) =
        let dropped = if level = 0 then config.Input else config.Hidden
        max 1 (int (round ((1.0 - dropped) * 65536.0)))

    /// The probability that an output of a level stays, a multiple of 2⁻¹⁶.
    let keep (config: Config) (level: int) : float = float (share config level) / 65536.0

    /// What an output that stays is multiplied by.
    let scale (config: Config) (level: int) : float = 1.0 / keep config level

    /// Bytes of a unit's row of bits for so many samples.
    let stride (samples: int) : int = (samples + 7) / 8

    /// Which outputs of a level stay at a step: a row of bits for each of `units`, one for each sample, eight to a byte, the lowest
    /// first. `step` counts the updates of the optimiser, from 0 where it began anew. The row of a unit is the same whatever the others.
    let kept (config: Config) (task: int) (step: int) (level: int) (units: int[]) (samples: int) : byte[] =
        let key = config.Key |> Key.fork task |> Key.fork step |> Key.fork level
        let stride = stride samples
        let rows = Array.zeroCreate (units.Length * stride)

        for row in 0 .. units.Length - 1 do
            Key.chances (share config level) (Span(rows, row * stride, stride)) (Key.fork units[row] key)

        rows

    /// What outputs `[samples; units]` of a level are multiplied by at a step.
    let private factors config task step level samples units dtype =
        let bits = kept config task step level [| 0 .. units - 1 |] samples
        let stride = stride samples
        let ones = dsharp.zeros [ samples; units ]
        let ones' = TensorMemory.floats ones

        for unit in 0 .. units - 1 do
            for sample in 0 .. samples - 1 do
                let byte = bits[unit * stride + sample / 8]
                ones'[sample * units + unit] <- float32 ((byte >>> (sample % 8)) &&& 1uy)

        ones.cast dtype * scale config level

    /// A level's outputs `x: [samples; units]` with some dropped, at a step of a task; see `kept`.
    let apply (config: Config) (task: int) (step: int) (level: int) (x: Tensor) : Tensor =
        if keep config level = 1.0 then
            x
        else
            x * factors config task step level x.shape[0] x.shape[1] x.dtype
