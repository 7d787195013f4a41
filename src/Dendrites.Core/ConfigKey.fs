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

    /// A fraction above 0, up to 1.
    let fraction name meaning read write : ConfigKey<'config> =
        number "a fraction above 0, up to 1" (fun x -> x > 0.0 && x <= 1.0) name meaning read write

    /// A fraction from 0, below 1.
    let sparsity name meaning read write : ConfigKey<'config> =
        number "a fraction from 0, below 1" (fun x -> x >= 0.0 && x < 1.0) name meaning read write

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
    let flag name meaning read write : ConfigKey<'config> =
        choice [ "true", true; "false", false ] (=) name meaning read write

    /// A gate with its name. Printed by its name, whether published or of one's own; only published ones can be set by name.
    let gate name meaning (read: 'config -> string * Gate) write : ConfigKey<'config> =
        { choice
              [ for name, gate in Gate.named -> name, (name, gate) ]
              (fun (a, _) (b, _) -> a = b)
              name
              meaning
              read
              write with
            Read = read >> fst }

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

    /// Units of layers, at least one: whole numbers from 1 between commas.
    let widths name meaning (read: 'config -> int list) write : ConfigKey<'config> =
        let accepted = "whole numbers from 1, such as 2048,2048"

        { Name = name
          Meaning = $"{meaning}: {accepted}"
          Read = read >> joined
          Write =
            fun text config ->
                match wholes text with
                | Some units -> Ok(write units config)
                | None -> Error accepted }

    /// Every key with its value in `config`.
    let entries (keys: ConfigKey<'config> list) (config: 'config) : (string * string) list =
        [ for key in keys -> key.Name, key.Read config ]

    /// `config` with `name` set, or the problem; an unknown key names the nearest known one.
    let set (keys: ConfigKey<'config> list) name text (config: 'config) : Result<'config, Problem> =
        match keys |> List.tryFind (fun key -> key.Name = name) with
        | Some key -> key.Write text config |> Result.mapError (Problem.at name $"'{text}'")
        | None ->
            let nearest = Problem.nearest (keys |> List.map _.Name) name
            Error(Problem.at "key" $"'{name}'" $"a key that --dry-run prints (did you mean '{nearest}'?)")

    /// `config` with every pair set, lowest `rank` of their keys first, or every problem.
    let setAll keys (rank: string -> int) pairs (config: 'config) : Result<'config, Problem list> =
        let apply (config, problems) (name, text) =
            match set keys name text config with
            | Ok config -> config, problems
            | Error problem -> config, problem :: problems

        match pairs |> List.sortBy (fst >> rank) |> List.fold apply (config, []) with
        | config, [] -> Ok config
        | _, problems -> Error(List.rev problems)
