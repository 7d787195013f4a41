module Dendrites.Tests.MirrorTests

open System
open System.IO
open System.Net
open System.Net.Sockets
open System.Threading
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Support

let private freePort () =
    use listener = new TcpListener(IPAddress.Loopback, 0)
    listener.Start()
    (listener.LocalEndpoint :?> IPEndPoint).Port

/// Serves `answer path` (a status and a body) on this machine while `f` runs with the mirror's address.
let private serving (answer: string -> int * byte[]) (f: Uri -> unit) =
    let address = $"http://127.0.0.1:{freePort ()}/"
    use listener = new HttpListener()
    listener.Prefixes.Add address
    listener.Start()

    let serve () =
        try
            while true do
                let context = listener.GetContext()
                let status, body = answer (string context.Request.RawUrl)
                context.Response.StatusCode <- status
                context.Response.OutputStream.Write(body, 0, body.Length)
                context.Response.Close()
        with
        | :? HttpListenerException
        | :? ObjectDisposedException -> ()

    let thread = Thread(serve, IsBackground = true)
    thread.Start()

    try
        f (Uri address)
    finally
        listener.Stop()

let private file = DataFile("digits", "")

let private fetchFile (file: DataFile) (address: Uri) =
    let mutable found = [||]

    Mirror(address)
        .Fetch(
            [| file |],
            (fun _ content ->
                use copy = new MemoryStream()
                content.CopyTo copy
                found <- copy.ToArray()),
            CancellationToken.None
        )

    found

let private fetch = fetchFile file

let private reason (address: Uri) =
    try
        fetch address |> ignore
        failtest "nothing was raised"
    with :? SourceException as e ->
        e.Message

[<Tests>]
let tests =
    testList
        "mirror"
        [ test "hands over the unzipped file" {
              let bytes = Array.init 200_000 (fun i -> byte (i * i))

              let answer path =
                  if path = "/digits.gz" then 200, zipped bytes else 404, [||]

              serving answer (fun address -> Expect.equal (fetch address) bytes "the bytes")
          }

          test "hands over a file that is kept zipped as it came" {
              let bytes = zipped (Array.init 1000 byte)
              let kept = DataFile("digits", "", Zipped = true)

              let answer path =
                  if path = "/digits.gz" then 200, bytes else 404, [||]

              serving answer (fun address -> Expect.equal (fetchFile kept address) bytes "the bytes")
          }

          test "an error status is told" {
              serving (fun _ -> 503, [||]) (fun address ->
                  Expect.stringContains (reason address) "503" "the status")
          }

          test "a page instead of a file is told" {
              serving (fun _ -> 200, "<html>"B) (fun address -> Expect.isNotEmpty (reason address) "a reason")
          }

          test "nobody listening is told" {
              Expect.isNotEmpty (reason (Uri $"http://127.0.0.1:{freePort ()}/")) "a reason"
          } ]
