module Dendrites.Tests.MuJoCoPackagesTests

open System
open System.IO
open System.Security.Cryptography
open System.Text
open Dendrites.Cli
open Dendrites.MuJoCo
open Dendrites.Tests.Support
open Expecto

let private libraries =
    [ MuJoCoLibrary.FileName; yield! MuJoCoLibrary.Dependencies ]

let private digest (text: string) =
    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes text))

/// What the packages hold: "new " and the file's name.
let private files =
    [| for name in libraries do
           DataFile(name, digest ("new " + name)) |]

/// apt-get and dpkg-deb as they are where the system's package lists serve or do not; the packages hold what `content` has
/// for a name, nothing where that is nothing.
let private system listsServe content (calls: ResizeArray<string>) program (arguments: string[]) folder =
    let own = arguments |> Array.exists _.StartsWith("Dir::State::Lists=")
    calls.Add(if own then $"{program} with its own lists" else program)

    match program with
    | "apt-get" when Array.contains "update" arguments -> ()
    | "apt-get" when not own && not listsServe -> raise (SourceException("apt-get failed (E: no list)", null))
    | "apt-get" -> File.WriteAllText(Path.Combine(folder, "libmujoco2.2.2.deb"), "")
    | "dpkg-deb" ->
        let target = Path.Combine(arguments[2], "usr", "lib", "x86_64-linux-gnu")
        Directory.CreateDirectory target |> ignore

        for name in libraries do
            content name
            |> Option.iter (fun (text: string) -> File.WriteAllText(Path.Combine(target, name), text))
    | other -> failtestf "%s was not to be run" other

/// Gets the library into a folder that holds something old; what was run, and the folder's content if nothing failed.
let private got listsServe content =
    let calls = ResizeArray<string>()
    let root = Directory.CreateTempSubdirectory "dendrites-test-"

    try
        let folder = Path.Combine(root.FullName, "mujoco", "2.2.2")
        Directory.CreateDirectory folder |> ignore
        File.WriteAllText(Path.Combine(folder, MuJoCoLibrary.FileName), "old")

        let placed () =
            [ for file in Directory.GetFiles folder |> Array.sort do
                  Path.GetFileName file, File.ReadAllText file ]

        let result =
            try
                MuJoCoPackages(folder, files, ignore, system listsServe content calls).Get()
                Ok(placed ())
            with :? Failure as e ->
                Error(e.Code, e.Message, placed ())

        Expect.equal
            (Directory.GetDirectories(Path.GetDirectoryName folder |> string))
            [| folder |]
            "nothing is left beside"

        List.ofSeq calls, result
    finally
        root.Delete true

let private fresh name = Some("new " + name)

let private whole =
    Ok
        [ for name in List.sort libraries do
              name, "new " + name ]

/// What is wrong with packages, in one line of exit code 4; what was there stays.
let private refusal content =
    match got true content with
    | _, Error(code, message, placed) ->
        Expect.equal code 4 "the code of bad data"
        Expect.stringContains message "DENDRITES_MUJOCO" "the other way"
        Expect.equal placed [ MuJoCoLibrary.FileName, "old" ] "what was there"
        message
    | other -> failtestf "%A" other

[<Tests>]
let tests =
    testList
        "MuJoCoPackages"
        [ testCase "packages are downloaded, unpacked and put where the library is looked for"
          <| fun () -> Expect.equal (got true fresh) ([ "apt-get"; "dpkg-deb" ], whole) "calls and files"

          testCase "where the system's lists do not serve, lists of its own are fetched"
          <| fun () ->
              let own = "apt-get with its own lists"
              Expect.equal (got false fresh) ([ "apt-get"; own; own; "dpkg-deb" ], whole) "calls and files"

          testCase "packages that lack a library are refused"
          <| fun () ->
              let message =
                  refusal (fun name -> if name = "libccd.so.2" then None else fresh name)

              Expect.stringContains message "have no libccd.so.2" "what lacks"

          testCase "packages with another library are refused"
          <| fun () ->
              let message =
                  refusal (fun name ->
                      if name = "libtinyxml2.so.9" then
                          Some "other"
                      else
                          fresh name)

              Expect.stringContains message "libtinyxml2.so.9 of the packages has another SHA-256" "which"

          testCase "a program that the system lacks is told"
          <| fun () ->
              let lacks =
                  Action<string, string[], string>(fun _ _ folder ->
                      Tool.Run(
                          "no-such-program",
                          [||],
                          folder,
                          TimeSpan.FromSeconds 9.0,
                          Threading.CancellationToken.None
                      ))

              inFolder (fun root ->
                  let get () =
                      MuJoCoPackages(Path.Combine(root, "2.2.2"), files, ignore, lacks).Get()

                  let failure = Expect.throwsC get id :?> Failure
                  Expect.equal failure.Code 4 "the code of bad data"
                  Expect.stringContains failure.Message "no-such-program is not installed" "why"
                  Expect.isEmpty (Directory.GetFileSystemEntries root) "nothing is left")

          testCase "the digests are of the library and of all that it needs"
          <| fun () ->
              Expect.equal
                  (MuJoCoPackages.Files |> Array.map _.Name |> Array.sort)
                  (libraries |> List.sort |> Array.ofList)
                  "names" ]
