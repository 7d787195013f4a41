namespace Dendrites

open System
open System.Globalization
open System.Text
open TorchSharp

/// A tensor as text: a header that a researcher wants to know first, then some of its values.
[<RequireQualifiedAccess>]
module internal Printer =

    let private invariant = CultureInfo.InvariantCulture

    let private name (kind: torch.ScalarType) =
        (string (Kind.toDtype kind)).ToLowerInvariant()

    /// Four significant digits.
    let private figure (x: float) =
        let x = x + 0.0 // -0.0 as 0

        if x = 0.0 || (abs x >= 1e-4 && abs x < 1e6) then
            (x.ToString("G4", invariant) |> float).ToString("0.#########", invariant)
        else
            x.ToString("0.###e+00", invariant)

    /// Writes every number with the same digits, so that columns stand in line.
    let private format (kind: torch.ScalarType) (values: float[]) : float -> string =
        let finite = values |> Array.filter Double.IsFinite |> Array.map abs
        let largest = Array.fold max 0.0 finite

        let pattern =
            if
                not (Kind.isFloating kind)
                || finite |> Array.forall (fun x -> x = round x && x < 1e9)
            then
                "0"
            elif largest >= 1e5 || largest < 1e-3 then
                "0.0000e+00"
            elif largest >= 1000.0 then
                "0.0"
            elif largest >= 100.0 then
                "0.00"
            elif largest >= 10.0 then
                "0.000"
            else
                "0.0000"

        let write (x: float) =
            if kind = torch.ScalarType.Bool then
                (if x = 0.0 then "false" else "true")
            elif Double.IsNaN x then
                "nan"
            elif Double.IsPositiveInfinity x then
                "inf"
            elif Double.IsNegativeInfinity x then
                "-inf"
            else
                x.ToString(pattern, invariant)

        let width = values |> Seq.fold (fun width x -> max width (write x).Length) 0
        fun x -> (write x).PadLeft width

    /// The places of a dimension that are shown: the first and last three (two from three dimensions on) where it
    /// is long, else all. None is the ellipsis.
    let private places (dimensions: int) (size: int) =
        let edge = if dimensions < 3 then 3 else 2

        if size <= 2 * edge + 2 then
            [ for i in 0 .. size - 1 -> Some i ]
        else
            [ for i in 0 .. edge - 1 do
                  Some i
              None
              for i in size - edge .. size - 1 do
                  Some i ]

    /// The values that are shown, row-major, as one small float64 array; and how to lay them out.
    let private values (t: torch.Tensor) (shape: int[]) =
        let mutable part = t

        for d in 0 .. shape.Length - 1 do
            let kept = places shape.Length shape[d] |> List.choose (Option.map int64)

            if kept.Length < shape[d] then
                part <- part.index_select (int64 d, torch.tensor(List.toArray kept).``to`` part.device)

        (Memory.rows (part.``to``(torch.ScalarType.Float64).cpu())).data<float>().ToArray()

    let private body (t: torch.Tensor) (shape: int[]) =
        let values = values t shape
        let write = format t.dtype values
        let text = StringBuilder()
        let mutable next = 0

        let rec lay d =
            if d = shape.Length then
                text.Append(write values[next]) |> ignore
                next <- next + 1
            else
                let separator =
                    if d = shape.Length - 1 then
                        "  "
                    else
                        String('\n', shape.Length - 1 - d) + String(' ', d + 1)

                text.Append '[' |> ignore

                places shape.Length shape[d]
                |> List.iteri (fun i place ->
                    if i > 0 then
                        text.Append separator |> ignore

                    match place with
                    | Some _ -> lay (d + 1)
                    | None -> text.Append '…' |> ignore)

                text.Append ']' |> ignore

        lay 0
        text.ToString()

    let private share (count: int64) (total: int64) =
        (100.0 * float count / float total).ToString("0.0", invariant) + " %"

    /// Density, smallest, mean and largest; what is not finite is counted apart.
    let private figures (t: torch.Tensor) =
        let total = t.NumberOfElements
        let nonZero = t.count_nonzero().item<int64>()

        if t.dtype = torch.ScalarType.Bool then
            [ share nonZero total + " true" ]
        else
            let finite = t.isfinite ()
            let lost = total - finite.sum().item<int64>()
            let sound = if lost = 0L then t else t.masked_select finite

            let read (x: torch.Tensor) =
                x.``to``(torch.ScalarType.Float64).item<float>() |> figure

            [ share nonZero total + " non-zero"
              if lost > 0L then
                  let nans = t.isnan().sum().item<int64>()

                  if nans > 0L then
                      $"{nans} nan"

                  if lost > nans then
                      $"{lost - nans} infinite"
              if sound.NumberOfElements > 0L then
                  let mean =
                      if Kind.isFloating sound.dtype then
                          sound.mean ()
                      else
                          sound.mean ([||], ``type`` = Nullable torch.ScalarType.Float64)

                  $"min {read (sound.min ())} mean {read mean} max {read (sound.max ())}" ]

    /// The whole text. Makes no graph, and leaves no tensor behind.
    let private living (tensor: torch.Tensor) : string =
        use _ = torch.no_grad ()
        use _ = torch.NewDisposeScope()
        let t = tensor.detach ()
        let shape = t.shape |> Array.map int

        let place =
            if t.device_type = DeviceType.CPU then
                ""
            else
                $" on {t.device}"

        let head = $"Tensor {Guard.show shape} {name t.dtype}{place}"

        if t.NumberOfElements = 0L then
            head + " · empty"
        elif shape.Length = 0 then
            head + " · " + (body t shape).Trim()
        else
            head + " · " + String.Join(" · ", figures t) + "\n" + body t shape

    /// The text of any tensor, freed ones too.
    let print (tensor: torch.Tensor) : string =
        if tensor.IsInvalid then "Tensor (freed)" else living tensor
