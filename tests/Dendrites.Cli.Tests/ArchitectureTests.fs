module Dendrites.Tests.ArchitectureTests

open System
open System.IO
open System.Reflection.Metadata
open System.Reflection.PortableExecutable
open System.Text.RegularExpressions
open System.Xml.Linq
open Expecto

/// The folder that holds the solution.
let internal root =
    let rec up (folder: DirectoryInfo | null) =
        match folder with
        | null -> failtest "no folder above holds Dendrites.slnx"
        | folder when File.Exists(Path.Combine(folder.FullName, "Dendrites.slnx")) -> folder.FullName
        | folder -> up folder.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

/// Fails with the list of what should not be.
let internal expectNone what (found: string list) =
    if not found.IsEmpty then
        failtestf "%s:\n  %s" what (String.Join("\n  ", found))

/// A compiled assembly of the project; all of them stand beside this test program.
let private assembly name =
    Path.Combine(AppContext.BaseDirectory, $"{name}.dll")

/// Full names of everything outside itself that an assembly names: assemblies, types, and members as `Type::member`.
let private references file =
    use reader = new PEReader(File.OpenRead file)
    let data = reader.GetMetadataReader()

    let typeName (handle: TypeReferenceHandle) =
        let t = data.GetTypeReference handle
        $"{data.GetString t.Namespace}.{data.GetString t.Name}"

    [ for handle in data.AssemblyReferences do
          data.GetString(data.GetAssemblyReference(handle).Name)
      for handle in data.TypeReferences do
          typeName handle
      for handle in data.MemberReferences do
          let m = data.GetMemberReference handle

          if m.Parent.Kind = HandleKind.TypeReference then
              $"{typeName (TypeReferenceHandle.op_Explicit m.Parent)}::{data.GetString m.Name}" ]

/// What pure code may not name: the world outside, the clock, and randomness without a key.
let private impure =
    [ @"^TorchSharp"
      @"MuJoCo"
      @"^Spectre\.Console"
      @"^System\.Console"
      @"^System\.Net"
      @"^System\.IO\.(?!(MemoryStream|BinaryReader|BinaryWriter|Stream|StringReader|StringWriter|TextReader|TextWriter)$)"
      @"^System\.IO\..*::Open"
      @"^System\.Diagnostics\.(Process|Stopwatch)"
      @"^System\.(Environment|Random|TimeProvider)($|::)"
      @"^System\.(DateTime|DateTimeOffset)::get_(UtcNow|Now|Today)$"
      @"^System\.Guid::NewGuid$"
      @"^System\.Runtime\.InteropServices\.NativeLibrary"
      @"RandomNumberGenerator"
      @"::(PrintFormat|PrintFormatLine|PrintFormatToError|PrintFormatLineToError|ConsoleOut|ConsoleError|ConsoleIn)$"
      @"::dsharp\.(rand|randn|randint|randLike|randnLike|bernoulli|multinomial|dropout|seed|save|load)\.Static$" ]

let private impurities file =
    references file
    |> List.filter (fun name -> impure |> List.exists (fun rule -> Regex.IsMatch(name, rule)))

/// Which projects each project may reference directly.
let private allowed =
    Map
        [ "Dendrites.Tensors", []
          "Dendrites.Kernels", []
          "Dendrites.MuJoCo", []
          "Dendrites.Cli.Arguments", []
          "Dendrites.Core", [ "Dendrites.Kernels"; "Dendrites.Tensors" ]
          "Dendrites.MetaWorld", [ "Dendrites.MuJoCo"; "Dendrites.Tensors" ]
          "Dendrites.Cli",
          [ "Dendrites.Cli.Arguments"
            "Dendrites.Core"
            "Dendrites.MetaWorld"
            "Dendrites.MuJoCo"
            "Dendrites.Tensors" ]
          "Dendrites.Scripting", [ "Dendrites.Cli"; "Dendrites.Core"; "Dendrites.Tensors" ] ]

let private projects area =
    Directory.GetFiles(Path.Combine(root, area), "*.*proj", SearchOption.AllDirectories)

let private projectReferences (project: string) =
    [ for reference in XDocument.Load(project).Descendants(XName.Get "ProjectReference") do
          match reference.Attribute(XName.Get "Include") with
          | null -> ()
          | included -> Path.GetFileNameWithoutExtension(included.Value.Replace('\\', '/')) |> string ]

let private sources =
    [ for area in [ "src"; "tests"; "benchmarks"; "examples"; "docs" ] do
          let folder = Path.Combine(root, area)

          if Directory.Exists folder then
              for pattern in [ "*.fs"; "*.fsx"; "*.cs" ] do
                  yield! Directory.GetFiles(folder, pattern, SearchOption.AllDirectories)

      yield! Directory.GetFiles(root, "*.fsx") ]
    |> List.filter (fun file -> not (Regex.IsMatch(Path.GetRelativePath(root, file), @"(^|/)(bin|obj)/")))

[<Tests>]
let tests =
    testList
        "Architecture"
        [ testCase "Core names no file, console, process, clock, physics, TorchSharp or key-less randomness"
          <| fun () -> expectNone "impure references" (impurities (assembly "Dendrites.Core"))

          testCase "the rule for purity sees what it forbids"
          <| fun () ->
              let seen = impurities (assembly "dendrites")

              for name in [ "System.Console"; "System.IO.File"; "System.Environment" ] do
                  Expect.contains seen name "the shell uses it"

              Expect.contains (impurities (assembly "Dendrites.Tensors")) "TorchSharp" "the dialect uses it"

          testCase "projects reference only downwards"
          <| fun () ->
              let wrong =
                  [ for project in projects "src" do
                        let name = Path.GetFileNameWithoutExtension project |> string

                        for reference in projectReferences project do
                            match Map.tryFind name allowed with
                            | Some below when List.contains reference below -> ()
                            | _ -> $"{name} -> {reference}" ]

              expectNone "references that the design does not have" wrong

          testCase "every project of the sources has a place in the design"
          <| fun () ->
              for project in projects "src" do
                  let name = Path.GetFileNameWithoutExtension project |> string
                  Expect.isTrue (allowed.ContainsKey name) $"{name} stands in no room of the design"

          testCase "a test project references the project that it tests and no other"
          <| fun () ->
              for project in projects "tests" do
                  let name = Path.GetFileNameWithoutExtension project |> string
                  Expect.equal (projectReferences project) [ name.Replace(".Tests", "") ] name

          testCase "no source file has more than 400 lines"
          <| fun () ->
              Expect.isNonEmpty sources "the sources were found"

              let tooLong =
                  [ for file in sources do
                        let lines = File.ReadLines file |> Seq.length

                        if lines > 400 then
                            $"{Path.GetRelativePath(root, file)}: {lines}" ]

              expectNone "a file past 400 lines should be two" tooLong

          testCase "no source file leaves work for later"
          <| fun () ->
              let mark = Regex(@"\b(TO" + @"DO|TB" + @"D|FIX" + @"ME|XX" + @"X)\b")

              let left =
                  [ for file in sources do
                        for number, line in File.ReadLines file |> Seq.indexed do
                            if mark.IsMatch line then
                                $"{Path.GetRelativePath(root, file)}:{number + 1}" ]

              expectNone "marks of unfinished work" left ]
