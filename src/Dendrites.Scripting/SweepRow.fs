namespace Dendrites

open System
open System.Globalization
open System.IO
open System.Security.Cryptography
open System.Text
open System.Text.Json.Nodes
open Dendrites.Cli

/// A row of a script's sweep: its settings, and the figures that were learned for it, or why there are none.
type SweepRow =
    {
        /// The first 12 hexadecimal digits of the SHA-256 of its settings.
        Id: string
        /// Keys and their values, in the table's order.
        Settings: (string * string) list
        /// Figures by name, such as `"accuracy", 0.95`; or one line that says what went wrong.
        Outcome: Result<(string * float) list, string>
    }

    /// The value of a key; empty where the row has no such key.
    member row.Item(key: string) : string =
        row.Settings
        |> List.tryFind (fst >> (=) key)
        |> Option.map snd
        |> Option.defaultValue ""

    /// A figure by its name, where it was learned.
    member row.Figure(name: string) : float option =
        match row.Outcome with
        | Ok figures -> figures |> List.tryFind (fst >> (=) name) |> Option.map snd
        | Error _ -> None

/// The rows of a script's sweep in its folder, a file each once they are learned; who works on them is claimed as in `dendrites sweep`.
module internal SweepRows =

    let private path (folder: string) kind id =
        Path.Combine(folder, kind, $"{id}.json")

    /// The folder of the claims.
    let claims (folder: string) = Path.Combine(folder, "claims")

    /// What a row is called, whatever the order of its keys.
    let id (settings: (string * string) list) : string =
        let json = JsonObject()

        for key, value in List.sortBy fst settings do
            json[key] <- JsonValue.Create value

        Convert
            .ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())))
            .Substring(0, 12)

    /// Makes the folder.
    let prepare (folder: string) =
        for name in [ "rows"; "claims"; "failed"; "logs" ] do
            Directory.CreateDirectory(Path.Combine(folder, name)) |> ignore

    /// The row may be tried again.
    let forgive folder id = File.Delete(path folder "failed" id)

    let private write (file: string) (text: JsonNode) =
        AtomicFile.WriteText(file, text.ToJsonString() + "\n")

    /// Keeps what became of a row.
    let keep (folder: string) id (outcome: Result<(string * float) list, string>) =
        match outcome with
        | Ok figures ->
            let json = JsonObject()

            for name, figure in figures do
                json[name] <- JsonValue.Create figure

            write (path folder "rows" id) json
        | Error reason ->
            write
                (path folder "failed" id)
                (JsonObject
                    [ Collections.Generic.KeyValuePair("reason", JsonValue.Create reason :> JsonNode | null) ])

    let private read (file: string) : JsonObject option =
        if File.Exists file then
            match JsonNode.Parse(File.ReadAllText file) with
            | :? JsonObject as json -> Some json
            | _ -> None
        else
            None

    /// What became of a row; None while it is to be learned.
    let outcome (folder: string) id : Result<(string * float) list, string> option =
        match read (path folder "rows" id) with
        | Some json ->
            Some(
                Ok
                    [ for figure in json ->
                          figure.Key,
                          (string figure.Value
                           |> fun text -> Double.Parse(text, CultureInfo.InvariantCulture)) ]
            )
        | None ->
            read (path folder "failed" id)
            |> Option.map (fun json -> Error(string json["reason"]))

    /// The rows of a sweep, each once, with what became of them.
    let all (folder: string) (sweep: Sweep) : SweepRow list =
        [ for settings in Sweep.runs sweep do
              let id = id settings

              { Id = id
                Settings = settings
                Outcome = outcome folder id |> Option.defaultValue (Error "not learned yet") } ]
        |> List.distinctBy _.Id

    /// Learns rows that nobody has, one after another, until none is left, or Ctrl-C asks to stop: false then. What was being learned is not
    /// kept, since training that Ctrl-C stops gives back what it has so far.
    let rec work
        (folder: string)
        (learn: Map<string, string> -> (string * float) list)
        (rows: SweepRow list)
        =
        let next =
            rows
            |> Seq.filter (fun row -> (outcome folder row.Id).IsNone)
            |> Seq.tryPick (fun row ->
                match Claim.Take(claims folder, row.Id) with
                | null -> None
                | claim -> Some(row, claim))

        match next with
        | None -> true
        | Some(row, claim) ->
            use ctrlC = new CtrlC()

            do
                use _ = claim

                // Another process may have learned it between the two looks.
                if (outcome folder row.Id).IsNone then
                    let outcome =
                        try
                            let figures = learn (Map row.Settings)

                            match figures |> List.tryFind (snd >> Double.IsFinite >> not) with
                            | Some(name, figure) -> Error $"{name} was {figure}; accepted: a finite number"
                            | None -> Ok figures
                        with e ->
                            e.Message.Split '\n' |> Array.head |> _.Trim() |> Error

                    if not ctrlC.Asked then
                        keep folder row.Id outcome

            not ctrlC.Asked && work folder learn rows
