/// The page that maps the names of other frameworks to ours: every one of ours exists.
module Dendrites.Tests.NamesTests

open System
open System.IO
open System.Reflection
open System.Text.RegularExpressions
open Expecto
open Microsoft.FSharp.Reflection
open Dendrites
open Dendrites.Tests.ArchitectureTests

/// Names in backticks in the second and third columns of a page's tables.
let private ours (text: string) =
    [ for line in text.Split '\n' do
          let cells = line.Split '|'

          if line.StartsWith '|' && cells.Length > 3 then
              for name in Regex.Matches(cells[2] + cells[3], "`([^`]+)`") do
                  name.Groups[1].Value ]

let private types =
    lazy
        [ for name in [ "Dendrites.Core"; "Dendrites.Tensors" ] do
              yield! Assembly.Load(name).GetExportedTypes() ]

/// A type's name as F# writes it.
let private nameOf (t: Type) =
    let plain = (t.Name.Split '`')[0]

    if plain.EndsWith "Module" && plain <> "Module" then
        plain.Substring(0, plain.Length - "Module".Length)
    else
        plain

let private flags =
    BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.Instance

let private has (t: Type) member' =
    t.GetMembers flags |> Array.exists (fun m -> m.Name = member')
    || (FSharpType.IsUnion t
        && FSharpType.GetUnionCases t |> Array.exists (fun case -> case.Name = member'))

/// Whether a path of names, from a type on, leads to a type or a member; members that extend a type count as its own.
let private exists (path: string) =
    let extension =
        types.Value
        |> List.exists (fun t ->
            t.GetMethods flags
            |> Array.exists (fun m -> m.Name = path || m.Name = path + ".Static" || m.Name = $"{path}.get"))

    let rec follow (t: Type) names =
        match names with
        | [] -> true
        | [ last ] when has t last -> true
        | next :: rest ->
            t.GetNestedTypes()
            |> Array.exists (fun nested -> nameOf nested = next && follow nested rest)

    match List.ofArray (path.Split '.') with
    | first :: rest ->
        extension
        || types.Value
           |> List.exists (fun t -> not t.IsNested && nameOf t = first && follow t rest)
    | [] -> false

let private configs =
    [ for name in [ "prototype-10"; "quick" ] do
          match Presets.find name with
          | Ok preset -> preset.Config
          | Error problem -> failtest $"{problem}" ]

/// What is wrong with one of our names, if anything: a setting, a command, a metric, a file, or a name of the prompt.
let private fault (name: string) =
    let setting = Regex.Match(name, "^([a-z-]+)=(\S+)$")

    if setting.Success then
        match configs.Head |> RunConfig.set setting.Groups[1].Value setting.Groups[2].Value with
        | Ok _ -> None
        | Error problem -> Some $"{problem}"
    elif name.Contains ' ' then
        match CommandLine.parse (name.Split ' ') with
        | Misused reason -> Some reason
        | _ -> None
    elif Metrics.named |> List.exists (fun (known, _) -> known = name) then
        None
    elif name.EndsWith ".csv" then
        let sources =
            Directory.GetFiles(
                Path.Combine(root, "src", "Dendrites.Cli"),
                "*.cs",
                SearchOption.AllDirectories
            )

        if
            sources
            |> Array.exists (fun file -> File.ReadAllText(file).Contains $"\"{name}\"")
        then
            None
        else
            Some "no run writes it"
    elif exists name then
        None
    else
        Some "there is no such name"

[<Tests>]
let tests =
    testList
        "names"
        [ test "every name of ours beside another framework's exists" {
              let names =
                  ours (File.ReadAllText(Path.Combine(root, "docs", "names.md"))) |> List.distinct

              Expect.isGreaterThan names.Length 100 "names were found"

              expectNone
                  "names"
                  [ for name in names do
                        yield! fault name |> Option.map (fun fault -> $"{name}: {fault}") |> Option.toList ]
          }

          test "a name that does not exist is found" {
              for name in
                  [ "KWinners.fly"
                    "Fly.apply"
                    "KWinners.Config.Fly"
                    "dsharp.fly"
                    "gate=fly"
                    "fly=1"
                    "fly.csv"
                    "fly RUN"
                    "forgetting.any" ] do
                  Expect.isSome (fault name) name
          } ]
