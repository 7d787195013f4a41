/// Every code block of the documentation: F# runs, commands are understood, scripts and targets are there.
module Dendrites.Tests.PagesTests

open System
open System.Diagnostics
open System.IO
open System.Text.RegularExpressions
open Expecto
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.ArchitectureTests

/// A fenced block: where it begins, what stands behind the fence, and its lines.
type private Block =
    { Page: string
      Line: int
      Info: string
      Lines: string list }

    member block.Language = (block.Info.Split ' ')[0]

    /// Why it is not tried, if it says so.
    member block.Excuse =
        let mark = Regex.Match(block.Info, "^\S+ not-run: (.+)$")
        if mark.Success then Some mark.Groups[1].Value else None

    override block.ToString() = $"{block.Page}, line {block.Line}"

/// The blocks of a page's text.
let private blocksIn page (text: string) =
    let rec outside number lines =
        [ match lines with
          | [] -> ()
          | (line: string) :: rest when line.TrimStart().StartsWith "```" ->
              yield! inside number (line.Trim().TrimStart '`') [] (number + 1) rest
          | _ :: rest -> yield! outside (number + 1) rest ]

    and inside began info taken number lines =
        [ match lines with
          | [] -> failtest $"{page}: the block of line {began} has no end"
          | (line: string) :: rest when line.Trim() = "```" ->
              { Page = page
                Line = began
                Info = info
                Lines = List.rev taken }

              yield! outside (number + 1) rest
          | line :: rest -> yield! inside began info (line :: taken) (number + 1) rest ]

    outside 1 (List.ofArray (text.Split '\n'))

let private pages =
    [ "README.md"
      "CONTRIBUTING.md"
      for file in Directory.GetFiles(Path.Combine(root, "docs"), "*.md") |> Array.sort do
          Path.GetRelativePath(root, file) ]

let private blocks =
    lazy [ for page in pages -> page, blocksIn page (File.ReadAllText(Path.Combine(root, page))) ]

let private tried language =
    [ for page, blocks in blocks.Value do
          match
              blocks
              |> List.filter (fun block -> block.Language = language && block.Excuse.IsNone)
          with
          | [] -> ()
          | blocks -> page, blocks ]

/// A command's words, without what a shell takes: settings in front of it, a comment, where its output goes.
let private wordsOf (line: string) =
    let words =
        Regex.Replace(line, @"(^|\s)#.*$", "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> List.ofArray

    words
    |> List.skipWhile (fun word -> Regex.IsMatch(word, "^[A-Z_]+="))
    |> List.takeWhile (fun word -> word <> ">" && word <> "|" && word <> "&")

let private targets =
    lazy
        (let text = File.ReadAllText(Path.Combine(root, "build.fsx"))

         Map
             [ for target in Regex.Matches(text, "target \"([a-z]+)\" \[.*?\] (true|false)") do
                   target.Groups[1].Value, target.Groups[2].Value = "true" ])

/// What is wrong with the settings of a run, as `--dry-run` would say it.
let private unfit (arguments: RunArguments) =
    try
        if ControlConfiguration.Is arguments.Experiment then
            ControlConfiguration.Validate(ControlConfiguration.Resolve arguments)
        else
            Configuration.Validate(Configuration.Resolve arguments)

        None
    with :? Failure as failure ->
        Some failure.Message

/// What is wrong with a command, if anything.
let private fault (words: string list) =
    let missing file =
        if Path.Exists(Path.Combine(root, file)) then
            None
        else
            Some $"there is no {file}"

    match words with
    | [] -> None
    | "./dendrites" :: words ->
        match CommandLine.parse (Array.ofList words) with
        | Misused reason -> Some reason
        | Run arguments -> unfit arguments
        | _ -> None
    | "dotnet" :: "fsi" :: "build.fsx" :: rest ->
        match rest with
        | [] -> None
        | target :: words ->
            match targets.Value.TryFind target with
            | None -> Some $"there is no target {target}"
            | Some false when not words.IsEmpty -> Some $"{target} takes no arguments"
            | Some _ -> None
    | "dotnet" :: "fsi" :: script :: _ -> missing (script.Replace("--use:", ""))
    | "dotnet" :: "build" :: project :: _ -> missing project
    | command :: _ -> Some $"{command} is no command that is known here"

/// What `dotnet fsi` printed for a page's F#, as one script at the prompt, and its exit code.
let private prompt (blocks: Block list) =
    let file = Path.Combine(Path.GetTempPath(), $"dendrites-{Guid.NewGuid()}.fsx")

    try
        // A script finds what it loads beside itself, the prompt where it was started.
        let text = String.Join('\n', blocks |> List.collect _.Lines)
        File.WriteAllText(file, text.Replace("#load \"examples/", $"#load \"{root}/examples/"))
        let info = ProcessStartInfo("dotnet", [ "fsi"; "--use:repl.fsx"; "--exec"; file ])
        info.WorkingDirectory <- root
        info.RedirectStandardOutput <- true
        info.RedirectStandardError <- true

        match Process.Start info with
        | null -> failtest "dotnet does not start"
        | child ->
            use child = child
            let errors = child.StandardError.ReadToEndAsync()
            let output = child.StandardOutput.ReadToEnd()
            child.WaitForExit()
            output + errors.Result, child.ExitCode
    finally
        File.Delete file

[<Tests>]
let tests =
    testList
        "pages"
        [ test "every block says its language, and one that is not tried says why" {
              let known = set [ "fsharp"; "sh"; "bibtex"; "json"; "toml"; "text" ]

              expectNone
                  "blocks"
                  [ for _, blocks in blocks.Value do
                        for block in blocks do
                            if not (known.Contains block.Language) then
                                $"{block}: '{block.Language}' is none of {known}"

                            if block.Info.Contains ' ' && block.Excuse.IsNone then
                                $"{block}: '{block.Info}'; accepted: LANGUAGE not-run: REASON" ]
          }

          test "every command is understood, and what it names is there" {
              let commands =
                  [ for _, blocks in tried "sh" do
                        for block in blocks do
                            for line in block.Lines do
                                block, wordsOf line ]

              Expect.isGreaterThan commands.Length 30 "commands were found"

              expectNone
                  "commands"
                  [ for block, words in commands do
                        match fault words with
                        | Some fault -> $"""{block}: {String.Join(' ', words)}: {fault}"""
                        | None -> () ]
          }

          test "what is wrong with a command is seen" {
              for line in
                  [ "./dendrites fly"
                    "./dendrites run permuted-mnist --preset nothing"
                    "./dendrites run permuted-mnist --set tasks=0 # none"
                    "./dendrites run mt10 --tasks fly"
                    "dotnet fsi build.fsx fly"
                    "dotnet fsi build.fsx setup now"
                    "dotnet fsi nowhere.fsx"
                    "pip install dendrites" ] do
                  Expect.isSome (fault (wordsOf line)) line

              Expect.equal
                  (wordsOf "A=b ./dendrites watch runs/* > log # c")
                  [ "./dendrites"; "watch"; "runs/*" ]
                  "words"
          }

          test "every table of a sweep is one, and its runs can be run" {
              let tables =
                  [ for _, blocks in tried "toml" do
                        yield! blocks ]

              Expect.isNonEmpty tables "tables were found"

              for block in tables do
                  let plan =
                      SweepPlan.Of(SweepFile.Parse(String.Join('\n', block.Lines), string block))

                  expectNone
                      "refusals"
                      [ for run in plan.Runs do
                            yield! Option.toList (Option.ofObj run.Refusal) ]
          }

          testSequenced (
              testList
                  "F#"
                  [ for page, blocks in tried "fsharp" do
                        test $"of {page} runs at the prompt" {
                            let output, code = prompt blocks
                            Expect.equal code 0 output

                            if page = "README.md" then
                                // What the prompt shows of winners, and of a plot.
                                Expect.stringContains output "256 units, 5." output
                                Expect.stringContains output "accuracy-as-tasks-are-learned.svg" output
                        } ]
          ) ]
