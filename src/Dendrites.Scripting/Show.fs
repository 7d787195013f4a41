namespace Dendrites

/// Prints what `Printers` write: for scripts, where nothing is printed by itself.
[<RequireQualifiedAccess>]
module Show =

    let private print (text: string) = System.Console.Out.WriteLine text

    /// A tensor: its figures, a picture, a few values.
    let tensor (t: Tensor) : unit = print (Printers.tensor t)

    /// A matrix `[rows; columns]` as a heat map, from its least value to its greatest.
    let heat (matrix: Tensor) : unit = print (Printers.heat matrix)

    /// The accuracy matrix as a table, percent.
    let matrix (matrix: AccuracyMatrix) : unit = print (Printers.matrix matrix)

    /// How a run stands, and its accuracy matrix.
    let run (run: Trained<'s>) : unit = print (Printers.run run)

    /// The winners of every hidden layer by task, from the input upwards, as heat maps.
    let winners (run: Trained<Learner.State>) : unit =
        for layer in Train.layers run do
            print (Printers.layer layer)
            Tree.dispose layer
