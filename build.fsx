// The project's tasks: `dotnet fsi build.fsx` lists them.

#load "build.processes.fsx"
#load "build.docs.fsx"

open System
open System.IO
open System.Security.Cryptography
open System.Text
open System.Text.RegularExpressions
open Build.Processes

let configuration = "Release"
let solution = "Dendrites.slnx"

/// The program that the build makes of a project.
let built (area: string) (project: string) (program: string) =
    Path.Combine(root, area, project, "bin", configuration, "net10.0", program)

let cli = built "src" "Dendrites.Cli" "dendrites"

// ---- setup ----

/// Paket takes the feed from this variable, so that the feed's address stays out of the repository.
let sourceVariable = "DENDRITES_NUGET_SOURCE"

/// The first package source that the user's own NuGet settings enable.
let useConfiguredSource () =
    if String.IsNullOrEmpty(Environment.GetEnvironmentVariable sourceVariable) then
        let lines = ResizeArray<string>()

        if watch "dotnet" [ "nuget"; "list"; "source"; "--format"; "short" ] lines.Add <> 0 then
            stop "`dotnet nuget list source` failed; is the .NET 10 SDK installed?"

        // `E https://…` is an enabled source, `D …` a disabled one; other letters may stand between.
        match
            lines
            |> Seq.tryPick (fun l ->
                let m = Regex.Match(l, @"^E\w* (.+)$") in if m.Success then Some m.Groups[1].Value else None)
        with
        | Some source -> Environment.SetEnvironmentVariable(sourceVariable, source.Trim())
        | None -> stop "NuGet has no enabled source; add one with `dotnet nuget add source`"

let packageFolder () =
    match Environment.GetEnvironmentVariable "NUGET_PACKAGES" with
    | null
    | "" ->
        Path.Combine(Environment.GetFolderPath Environment.SpecialFolder.UserProfile, ".nuget", "packages")
    | folder -> folder

/// Every package that the lock file lists.
let lockedPackages () =
    [ for line in File.ReadLines(Path.Combine(root, "paket.lock")) do
          let m = Regex.Match(line, @"^    (\S+) \(")

          if m.Success then
              m.Groups[1].Value.ToLowerInvariant() ]

let stamp = Path.Combine(root, "artifacts", "setup.stamp")

/// What `setup` depends on; equal to the stamp when nothing needs restoring.
let fingerprint () =
    let text = StringBuilder()

    for file in
        [ "paket.lock"
          "paket.dependencies"
          Path.Combine(".config", "dotnet-tools.json") ] do
        text.AppendLine(File.ReadAllText(Path.Combine(root, file))) |> ignore

    for file in
        Directory.GetFiles(root, "paket.references", SearchOption.AllDirectories)
        |> Array.sort do
        text.AppendLine(Path.GetRelativePath(root, file)).AppendLine(File.ReadAllText file)
        |> ignore

    text.Append(packageFolder ()) |> ignore
    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))

let isSetUp () =
    File.Exists stamp
    && File.ReadAllText stamp = fingerprint ()
    && File.Exists(Path.Combine(root, ".paket", "Paket.Restore.targets"))
    && lockedPackages ()
       |> List.forall (fun name -> Directory.Exists(Path.Combine(packageFolder (), name)))

let setup _ =
    useConfiguredSource ()

    if not (isSetUp ()) then
        dotnet [ "tool"; "restore" ]
        dotnet [ "paket"; "restore" ]
        Directory.CreateDirectory(Path.GetDirectoryName stamp |> string) |> ignore
        File.WriteAllText(stamp, fingerprint ())

// ---- build ----

let build _ =
    dotnet
        [ "build"
          solution
          "-c"
          configuration
          "-v"
          "q"
          "-nologo"
          "-clp:NoSummary" ]

// ---- test ----

type Tally =
    { Passed: int
      Failed: int
      Skipped: int }

let rec filterOf arguments =
    match arguments with
    | "--filter" :: word :: _ -> Some word
    | [ "--filter" ] -> raise (Stop("--filter needs a word", 2))
    | "-v" :: rest -> filterOf rest
    | other :: _ -> raise (Stop($"test: '{other}' was not expected; accepted: --filter WORD, -v", 2))
    | [] -> None

/// Runs one test program; its output passes through, its closing line is counted.
let runTests arguments program =
    let name = Path.GetFileName(program: string)
    let mutable tally = None
    printfn $"== {name}"

    let code =
        watch program arguments (fun line ->
            let line = Regex.Replace(line, @"\x1b\[[0-9;]*m", "")

            let m =
                Regex.Match(
                    line,
                    @"tests run in .* ([\d,]+) passed, ([\d,]+) ignored, ([\d,]+) failed, ([\d,]+) errored"
                )

            if m.Success then
                let count (i: int) =
                    int (m.Groups[i].Value.Replace(",", ""))

                tally <-
                    Some
                        { Passed = count 1
                          Skipped = count 2
                          Failed = count 3 + count 4 }

            printfn "%s" line)

    match tally with
    | Some t when code = 0 || t.Failed > 0 -> t
    | _ ->
        eprintfn $"{name} ended with exit code {code}"
        { Passed = 0; Failed = 1; Skipped = 0 }

/// What some tests need; what is here already is only checked.
let getData () =
    for name, tests in [ "mnist", "will fail"; "mujoco", "are skipped" ] do
        if run cli [ "data"; "get"; name; "--quiet" ] <> 0 then
            eprintfn $"build.fsx: {name} is not to be had now; the tests that need it {tests}"

let test arguments =
    let expecto =
        [ "--colours"
          "0"
          "--no-spinner"
          if List.contains "-v" arguments then
              "--summary"
          match filterOf arguments with
          | Some word ->
              "--filter"
              word
          | None -> () ]

    getData ()

    let programs =
        [ for folder in Directory.GetDirectories(Path.Combine(root, "tests")) |> Array.sort do
              let name = Path.GetFileName folder

              if File.Exists(Path.Combine(folder, $"{name}.fsproj")) then
                  built "tests" name name ]

    let tallies = programs |> List.map (runTests expecto)
    let sum count = tallies |> List.sumBy count
    let passed, failed, skipped = sum _.Passed, sum _.Failed, sum _.Skipped
    let note = if skipped > 0 then $", {skipped} skipped" else ""
    printfn $"{passed} passed, {failed} failed{note}"

    match filterOf arguments with
    | Some word when passed + failed + skipped = 0 -> stop $"no test's name holds '{word}'"
    // The line above stays the last.
    | _ when failed > 0 -> raise (Stop("", 1))
    | _ -> ()

/// The scripted policies over all fifty goals of every task, on every model, which takes minutes.
let oracles _ =
    Environment.SetEnvironmentVariable("DENDRITES_ALL_ORACLES", "1")
    must (built "tests" "Dendrites.MetaWorld.Tests" "Dendrites.MetaWorld.Tests") [ "--filter"; "fifty goals" ]

// ---- run ----

let learn arguments =
    let chosen =
        match arguments with
        // Goes on with a run that was interrupted, and shows again the table of one that is done.
        | [] -> List.ofArray ("permuted-mnist --preset prototype-10 --resume".Split ' ')
        | given -> given

    match run cli ("run" :: chosen) with
    | 0 -> ()
    | code -> raise (Stop($"dendrites run ended with exit code {code}", code))

// ---- bench ----

let bench arguments =
    must cli ("bench" :: arguments)
    must (built "benchmarks" "Dendrites.Benchmarks" "Dendrites.Benchmarks") []

// ---- format, check, clean ----

let fsharpSources =
    [ for entry in
          [ "src"
            "tests"
            "benchmarks"
            "examples"
            "docs/tour.fsx"
            "build.fsx"
            "build.processes.fsx"
            "build.docs.fsx"
            "dendrites.fsx"
            "repl.fsx" ] do
          if Path.Exists(Path.Combine(root, entry)) then
              entry ]

let formatCSharp extra =
    for name in [ "Dendrites.Cli"; "Dendrites.Kernels"; "Dendrites.MuJoCo" ] do
        for kind in [ "whitespace"; "style" ] do
            dotnet ([ "format"; kind; $"src/{name}/{name}.csproj"; "--no-restore" ] @ extra)

let format _ =
    dotnet ("fantomas" :: fsharpSources)
    formatCSharp []

let check _ =
    dotnet ("fantomas" :: "--check" :: fsharpSources)
    formatCSharp [ "--verify-no-changes" ]

let clean _ =
    for area in [ "src"; "tests"; "benchmarks" ] |> List.map (fun a -> Path.Combine(root, a)) do
        if Directory.Exists area then
            for project in Directory.GetDirectories area do
                for output in [ "bin"; "obj" ] |> List.map (fun o -> Path.Combine(project, o)) do
                    if Directory.Exists output then
                        Directory.Delete(output, true)

    File.Delete stamp

// ---- targets ----

type Target =
    {
        Name: string
        Needs: string list
        Does: string
        /// Whether words may follow the target's name.
        TakesArguments: bool
        Action: string list -> unit
    }

let target name needs takesArguments does action =
    { Name = name
      Needs = needs
      Does = does
      TakesArguments = takesArguments
      Action = action }

let targets =
    [ target "setup" [] false "restore the tools and packages, libtorch included" setup
      target "build" [ "setup" ] false "build everything (warnings are errors)" build
      target "test" [ "build" ] true "run the tests; --filter WORD: whose name holds WORD; -v: list" test
      target "oracles" [ "build" ] false "run Meta-World's scripted policies on all goals and models" oracles
      target "run" [ "build" ] true "learn ten permuted tasks, or `dendrites run` with the words given" learn
      target "bench" [ "build" ] true "`dendrites bench` with the words given, then the kernels" bench
      target "docs" [ "build" ] false "build the documentation's pages into artifacts/site" (fun _ ->
          Build.Docs.make configuration)
      target "format" [ "setup" ] false "format all sources" format
      target "check" [ "build" ] false "build, then check the format of all sources" check
      target "clean" [] false "delete what was built (data and runs stay)" clean ]

let help () =
    printfn "Usage: dotnet fsi build.fsx TARGET [ARGUMENTS]\n"

    for t in targets do
        let needs =
            if t.Needs.IsEmpty then
                ""
            else
                $""" (after {String.Join(", ", t.Needs)})"""

        printfn $"  {t.Name, -8}{t.Does}{needs}"

/// Edits (insert, delete, replace) between two words.
let distance (a: string) (b: string) =
    let next (previous: int list) letter =
        List.pairwise previous
        |> List.zip (List.ofSeq b)
        |> List.scan
            (fun left (other, (diagonal, above)) ->
                List.min [ left + 1; above + 1; (if other = letter then diagonal else diagonal + 1) ])
            (previous.Head + 1)

    a |> Seq.fold next [ 0 .. b.Length ] |> List.last

let find name =
    match targets |> List.tryFind (fun t -> t.Name = name) with
    | Some t -> t
    | None ->
        let nearest = targets |> List.minBy (fun t -> distance name t.Name)
        raise (Stop($"there is no target '{name}'; the nearest is '{nearest.Name}'", 2))

/// Targets in the order of their needs, each once.
let rec order name =
    let t = find name
    List.distinctBy _.Name (List.collect order t.Needs @ [ t ])

let perform name arguments =
    let wanted = find name

    if not wanted.TakesArguments && not (List.isEmpty arguments) then
        raise (Stop($"'{name}' takes no arguments", 2))

    for t in order name do
        t.Action(if t.Name = name then arguments else [])

let main arguments =
    try
        match arguments with
        | []
        | [ "help" | "--help" | "-h" ] -> help ()
        | name :: rest -> perform name rest

        0
    with Stop(message, code) ->
        if message <> "" then
            eprintfn $"build.fsx: {message}"

        code

exit (main (fsi.CommandLineArgs |> List.ofArray |> List.tail))
