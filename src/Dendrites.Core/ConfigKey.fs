namespace Dendrites

open System
open System.Globalization

/// A key of `--set`, of a TOML file and of `run.json`: one field of a configuration, as text.
[<NoEquality; NoComparison>]
type ConfigKey<'config> =
    {
        /// As `--set` and TOML spell it.
        Name: string
        /// What it means, and what is accepted.
        Meaning: string
        /// Its value in a configuration, as `Write` would accept it.
        Read: 'config -> string
        /// The configuration with the key set, or what is accepted.
        Write: string -> 'config -> Result<'config, string>
    }

/// Keys of the common kinds: each takes a name, a meaning, and how to read and write the field.
[<RequireQualifiedAccess>]
module ConfigKey =

    let private invariant = CultureInfo.InvariantCulture

    /// A whole number from `low`.
    let whole
        (low: int)
        name
        meaning
        (read: 'config -> int)
        (write: int -> 'config -> 'config)
        : ConfigKey<'config> =
        let accepted = $"a whole number from {low}"

        { Name = name
          Meaning = $"{meaning}: {accepted}"
          Read = fun config -> string<int>(read config)
          Write =
            fun text config ->
                match Int32.TryParse(text, NumberStyles.Integer, invariant) with
                | true, value when value >= low -> Ok(write value config)
                | _ -> Error accepted }

    /// A number for which `inside` holds; `accepted` says so in words.
    let number
        accepted
        (inside: float -> bool)
        name
        meaning
        (read: 'config -> float)
        (write: float -> 'config -> 'config)
        : ConfigKey<'config> =
        { Name = name
          Meaning = $"{meaning}: {accepted}"
          Read = fun config -> (read config: float).ToString("R", invariant)
          Write =
            fun text config ->
                match Double.TryParse(text, NumberStyles.Float, invariant) with
                | true, value when inside value -> Ok(write value config)
                | _ -> Error accepted }

    /// A number above 0.
    let aboveZero name meaning read write : ConfigKey<'config> =
        number "a number above 0" (fun x -> x > 0.0 && x < infinity) name meaning read write

    /// A number from 0.
    let fromZero name meaning read write : ConfigKey<'config> =
        number "a number from 0" (fun x -> x >= 0.0 && x < infinity) name meaning read write

    /// One of the named options; `same` tells whether two are the same.
    let choice
        (options: (string * 'a) list)
        same
        name
        meaning
        (read: 'config -> 'a)
        (write: 'a -> 'config -> 'config)
        : ConfigKey<'config> =
        let accepted = options |> List.map fst |> String.concat " | "

        { Name = name
          Meaning = $"{meaning}: {accepted}"
          Read = fun config -> options |> List.find (fun (_, option) -> same option (read config)) |> fst
          Write =
            fun text config ->
                match List.tryFind (fun (option, _) -> option = text) options with
                | Some(_, value) -> Ok(write value config)
                | None -> Error accepted }

    /// `true` or `false`.
    let flag name meaning (read: 'config -> bool) write : ConfigKey<'config> =
        choice [ "true", true; "false", false ] (=) name meaning read write

    /// Whole numbers from 1 between commas, such as `2,5,10`, where `text` is that.
    let wholes (text: string) : int list option =
        let parts = text.Split(',', StringSplitOptions.TrimEntries)

        let numbers =
            parts
            |> Array.choose (fun part ->
                match Int32.TryParse(part, NumberStyles.Integer, invariant) with
                | true, value when value >= 1 -> Some value
                | _ -> None)

        if numbers.Length = parts.Length then
            Some(List.ofArray numbers)
        else
            None

    /// The text that `wholes` reads.
    let joined (values: int list) : string =
        values |> List.map string<int> |> String.concat ","
