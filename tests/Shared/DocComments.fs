/// Whether a compiled assembly tells of everything that it shows.
module Dendrites.Tests.DocComments

open System
open System.IO
open System.Reflection
open System.Runtime.CompilerServices
open System.Xml.Linq
open Expecto
open Microsoft.FSharp.Reflection

/// Doc comments by their identifier without the parameters (`M:Dendrites.Tree.map``1`), one text for each overload.
let private comments (assembly: Assembly) =
    let document =
        XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml") |> string)

    document.Descendants(XName.Get "member")
    |> Seq.map (fun element ->
        let attribute = element.Attribute(XName.Get "name") |> Option.ofObj |> Option.get
        let withoutParameters = attribute.Value.Split('(')[0]
        withoutParameters.Split("``")[0], element.Value.Trim())
    |> Seq.filter (fun (_, text) -> text <> "")
    |> Seq.groupBy fst
    |> Seq.map (fun (identifier, all) -> identifier, all |> Seq.map snd |> List.ofSeq)
    |> Map

let private isGenerated (m: MemberInfo) =
    m.IsDefined(typeof<CompilerGeneratedAttribute>, false)
    || m.IsDefined(typeof<System.Diagnostics.DebuggerNonUserCodeAttribute>, false)

/// Members that every type has, or that the compiler gives to records and unions.
let private given =
    set
        [ "ToString"
          "Equals"
          "GetHashCode"
          "GetType"
          "CompareTo"
          "Message"
          "message"
          "Dispose"
          "Tag" ]

let private name (t: Type) =
    (t.FullName |> string).Replace('+', '.')

/// Identifiers, without parameters, of what a user of the type can write; overloads come several times.
let private surface (t: Type) =
    let flags =
        BindingFlags.Public
        ||| BindingFlags.Static
        ||| BindingFlags.Instance
        ||| BindingFlags.DeclaredOnly

    let isUnion = FSharpType.IsUnion t && t.BaseType = typeof<obj>

    let isCase =
        match t.DeclaringType with
        | null -> false
        | outer -> FSharpType.IsUnion outer

    [ if not isCase then
          $"T:{name t}"

      if isUnion then
          for case in FSharpType.GetUnionCases t do
              // A case without fields has no type of its own, but its comment is kept as if it had.
              $"T:{name t}.{case.Name}"

      if not isCase then
          for p in t.GetProperties flags do
              if not (isGenerated p || given.Contains p.Name || (isUnion && p.Name.StartsWith "Is")) then
                  $"P:{name t}.{p.Name}"

          for m in t.GetMethods flags do
              if
                  not (
                      m.IsSpecialName && (m.Name.StartsWith "get_" || m.Name.StartsWith "set_")
                      || isGenerated m
                      || given.Contains m.Name
                      || (isUnion && m.Name.StartsWith "New")
                  )
              then
                  $"M:{name t}.{m.Name}" ]

let private undocumented (assembly: Assembly) =
    let known = comments assembly

    let types =
        assembly.GetExportedTypes()
        |> Array.filter (fun t -> not (isGenerated t) && (string t.Namespace).StartsWith "Dendrites")

    [ for identifier, times in types |> Seq.collect surface |> Seq.countBy id do
          let documented =
              known |> Map.tryFind identifier |> Option.map _.Length |> Option.defaultValue 0

          if documented < times then
              identifier ]
    |> List.distinct
    |> List.sort

/// Fails with the list of what should not be.
let private expectNone what (found: string list) =
    if not found.IsEmpty then
        failtestf "%s:\n  %s" what (String.Join("\n  ", found))

/// The claims about the assembly of this name, which stands beside the test program.
let claims (name: string) =
    let assembly =
        Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"))

    [ testCase $"every public member of {name} has a doc comment"
      <| fun () -> expectNone "public members without a comment" (undocumented assembly)

      testCase $"no doc comment of {name} is a stub"
      <| fun () ->
          let stubs =
              [ for KeyValue(identifier, texts) in comments assembly do
                    for text in texts do
                        if text.Contains("TB" + "D") then
                            identifier ]

          expectNone "stubs" stubs ]
