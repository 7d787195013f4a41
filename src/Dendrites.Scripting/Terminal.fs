namespace Dendrites

open System
open System.Globalization

/// How colours are written.
type internal Colours =
    /// Not at all.
    | NoColours
    /// By number, of a cube of 6 × 6 × 6.
    | Indexed
    /// As red, green and blue.
    | TrueColours

/// Where text goes.
type internal Terminal =
    {
        /// Whether a line can be written over.
        Rewrites: bool
        /// Characters of a line.
        Width: int
        Colours: Colours
    }

module internal Terminal =

    [<Literal>]
    let private Reset = "\u001b[0m"

    /// A pipe or a file.
    let plain =
        { Rewrites = false
          Width = 100
          Colours = NoColours }

    /// What `variable` says of the environment, for an output that is redirected or not and so many characters wide.
    let describe (variable: string -> string option) (redirected: bool) (width: int) : Terminal =
        match redirected, variable "TERM" with
        | true, _
        | _, None
        | _, Some "dumb" -> plain
        | _ ->
            { Rewrites = true
              Width = max 40 width
              Colours =
                match variable "NO_COLOR", variable "COLORTERM" with
                | Some _, _ -> NoColours
                | None, Some("truecolor" | "24bit") -> TrueColours
                | None, _ -> Indexed }

    let private given name =
        match Environment.GetEnvironmentVariable name with
        | null
        | "" -> None
        | value -> Some value

    /// That of standard output.
    let here () : Terminal =
        let width =
            try
                Console.WindowWidth
            with _ ->
                80

        describe given Console.IsOutputRedirected width

    let private parts (colour: string) =
        [ for from in [ 1; 3; 5 ] -> Int32.Parse(colour.AsSpan(from, 2), NumberStyles.HexNumber) ]

    /// The numbers that stand for a colour #rrggbb, or for the black or white that text on it is written in.
    let private code (colours: Colours) (colour: string) =
        let colour =
            match colour with
            | "#000" -> "#000000"
            | "#fff" -> "#ffffff"
            | colour -> colour

        match colours, parts colour with
        | TrueColours, parts -> parts |> List.map string |> String.concat ";" |> sprintf "2;%s"
        | _, parts ->
            let cube =
                parts
                |> List.map (fun part -> int (round (float part / 51.0)))
                |> List.fold (fun sum part -> 6 * sum + part) 0

            $"5;{16 + cube}"

    /// `text` in colours #rrggbb: of its letters, and of what is behind them.
    let paint (terminal: Terminal) (letters: string) (behind: string) (text: string) : string =
        match terminal.Colours with
        | NoColours -> text
        | colours -> $"\u001b[38;{code colours letters};48;{code colours behind}m{text}{Reset}"
