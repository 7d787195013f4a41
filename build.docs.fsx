/// The documentation as pages: docs, README and examples, and the reference from the comments of the sources, by fsdocs.
module Build.Docs

open System
open System.IO
open System.Text.RegularExpressions
open Build.Processes

/// The projects whose public members the reference describes.
let private projects =
    [ "Dendrites.Tensors.fsproj"
      "Dendrites.Core.fsproj"
      "Dendrites.MetaWorld.fsproj"
      "Dendrites.Kernels.csproj"
      "Dendrites.MuJoCo.csproj" ]

/// What fsdocs reads: its inputs lie in one folder, under names of their own.
let private stage = Path.Combine(root, "artifacts", "docs")

/// The pages that were built; git ignores them.
let site = Path.Combine(root, "artifacts", "site")

/// Stands for the site's root until the pages are written: each then names others by a path from itself, so that they can be
/// read from the disk, or from any folder of any server.
let private nowhere = "/site-root/"

/// Parts of fsdocs' own content that load other code over the network, or are not for readers.
let private unwanted =
    [ "NuGet.config"
      "content/fsdocs-search.js"
      "content/fsdocs-theme-toggle.js"
      "content/fsdocs-details-toggle.js"
      "content/img" ]

/// Where a file that pages link to becomes a page.
let private pages =
    [ "README.md", "index.md"
      "CONTRIBUTING.md", "contributing.md"
      "CHANGELOG.md", "changelog.md" ]

/// Links between files of the repository as links between pages.
let private relinked (text: string) =
    let text = Regex.Replace(text, @"\]\((?:\.\./)?docs/", "](")

    let text =
        Regex.Replace(text, @"\]\((?:\.\./)?examples/([\w-]+)\.fsx\)", "]($1.html)")

    (text, pages)
    ||> List.fold (fun text (file, page) ->
        Regex.Replace(text, $@"\]\((?:\.\./)?{Regex.Escape file}(?=[#)])", $"]({page}"))

let private headed title category index (text: string) =
    $"---\ntitle: {title}\ncategory: {category}\ncategoryindex: {index}\n---\n\n{text}"

let private page category index (source: string) (name: string) =
    let text = File.ReadAllText source
    let heading = Regex.Match(text, @"^# (.+)$", RegexOptions.Multiline)
    let title = if heading.Success then heading.Groups[1].Value else name
    File.WriteAllText(Path.Combine(stage, name), headed title category index (relinked text))

/// A script as a page; one that says nothing between `(**` and `*)` gets its name for a title.
let private script category index (source: string) =
    let text = File.ReadAllText source
    let name = Path.GetFileNameWithoutExtension source |> string
    let title = name.Replace('-', ' ')
    let front = $"(**\n{headed title category index String.Empty}*)\n"
    let heading = if text.Contains "(**" then "" else $"(** # {title} *)\n"
    File.WriteAllText(Path.Combine(stage, Path.GetFileName source |> string), front + heading + text)

let private gather () =
    if Directory.Exists stage then
        Directory.Delete(stage, true)

    let docs = Path.Combine(root, "docs")

    for file in Directory.GetFiles(docs, "*", SearchOption.AllDirectories) do
        let target = Path.Combine(stage, Path.GetRelativePath(docs, file))
        Directory.CreateDirectory(Path.GetDirectoryName target |> string) |> ignore
        File.Copy(file, target)

    for file in Directory.GetFiles(docs, "*.md") do
        page "How to" 2 file (Path.GetFileName file |> string)

    for file in Directory.GetFiles(docs, "*.fsx") do
        script "How to" 2 file

    for file, name in pages do
        page "Dendrites" 1 (Path.Combine(root, file)) name

    for file in Directory.GetFiles(Path.Combine(root, "examples"), "*.fsx") do
        script "Examples" 3 file

    // The scripts' `../dendrites.fsx`.
    File.WriteAllText(Path.Combine(root, "artifacts", "dendrites.fsx"), "#load \"../dendrites.fsx\"\n")

/// A link to a type that is not public, and so has no page, as its name alone.
let private unlinked (text: string) =
    let link = $"""<a href="{nowhere}([^"#]*)[^"]*"[^>]*>(.*?)</a>"""

    let kept (found: Match) =
        let there = File.Exists(Path.Combine(site, found.Groups[1].Value))
        if there then found.Value else found.Groups[2].Value

    Regex.Replace(text, link, kept, RegexOptions.Singleline)

/// A page's text with paths from where it lies; of the reference without the name of the folder that it was built in.
let private placed (file: string) (text: string) =
    let depth = Path.GetRelativePath(site, file).Split('/').Length - 1
    let up = if depth = 0 then "./" else String.replicate depth "../"
    (unlinked text).Replace(nowhere, up).Replace($" ({Path.GetFileName root})", "")

/// Pages that name each other by paths from themselves, and nothing that reading would fetch from elsewhere.
let private finish () =
    for name in unwanted do
        let path = Path.Combine(site, name)

        if Directory.Exists path then
            Directory.Delete(path, true)
        else
            File.Delete path

    for ending in [ "*.html"; "*.md"; "*.txt"; "*.json" ] do
        for file in Directory.GetFiles(site, ending, SearchOption.AllDirectories) do
            File.WriteAllText(file, placed file (File.ReadAllText file))

/// Builds the site; the sources must be built.
let make (configuration: string) =
    gather ()

    dotnet
        [ "fsdocs"
          "build"
          "--clean"
          "--mdcomments"
          "--input"
          Path.GetRelativePath(root, stage)
          "--output"
          Path.GetRelativePath(root, site)
          "--projects"
          for project in projects do
              Path.Combine("src", Path.GetFileNameWithoutExtension project |> string, project)
          "--properties"
          $"Configuration={configuration}"
          "--parameters"
          "root"
          nowhere
          "fsdocs-collection-name"
          "Dendrites" ]

    finish ()

    printfn
        $"""{Path.GetRelativePath(root, site)}/index.html: {Directory.GetFiles(site, "*.html", SearchOption.AllDirectories).Length} pages"""
