namespace Dendrites

open System
open System.Collections.Generic
open System.IO
open System.Reflection
open System.Runtime.InteropServices
open System.Security.Cryptography
open TorchSharp

/// libtorch could not be loaded; the message says why, and what to do about it.
type NativeLoadException(message: string, inner: exn | null) =
    inherit Exception(message, inner)

    /// A failure that no other exception explains.
    new(message) = NativeLoadException(message, null)

/// What was loaded, and from where.
type NativeInfo =
    {
        /// The folder that holds libtorch.
        LibTorchFolder: string
        /// True when DENDRITES_LIBTORCH named that folder.
        FromEnvironment: bool
        /// The file of TorchSharp's native half.
        Shim: string
        /// True when that file is a copy adapted to this machine's older C++ library.
        Adapted: bool
        /// True when the folder holds libtorch's CUDA half.
        Cuda: bool
        /// Version of TorchSharp, which fixes that of libtorch.
        TorchSharpVersion: string
    }

/// Finds libtorch and loads it, once per process, before anything touches TorchSharp.
///
/// Nothing is copied into output folders: libtorch stays in NuGet's package folder, or where DENDRITES_LIBTORCH says.
[<RequireQualifiedAccess>]
module Native =

    /// The version of libtorch that TorchSharp's native half was built for.
    [<Literal>]
    let LibTorchVersion = "2.10.0"

    /// Names the folder of another libtorch, such as `lib` of a PyTorch install with CUDA.
    [<Literal>]
    let FolderVariable = "DENDRITES_LIBTORCH"

    [<Literal>]
    let private ShimName = "libLibTorchSharp.so"

    [<Literal>]
    let private Cure = "run `dotnet fsi build.fsx setup`"

    let private fail message : 'a = raise (NativeLoadException message)

    let private variable name =
        match Environment.GetEnvironmentVariable name with
        | null
        | "" -> None
        | value -> Some value

    let private home () =
        match Environment.GetFolderPath Environment.SpecialFolder.UserProfile with
        | "" -> None
        | folder -> Some folder

    /// Where NuGet keeps packages: as the environment says, as it was when this assembly was built, or by default.
    let private packageRoots () =
        let recorded =
            typeof<NativeInfo>.Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            |> Seq.tryFind (fun a -> a.Key = "NuGetPackageRoot")
            |> Option.bind (fun a -> Option.ofObj a.Value)

        [ variable "NUGET_PACKAGES"
          recorded
          home () |> Option.map (fun h -> Path.Combine(h, ".nuget", "packages")) ]
        |> List.choose id
        |> List.distinct

    let private torchSharpVersion () =
        match typeof<torch>.Assembly.GetName().Version with
        | null -> fail $"TorchSharp.dll has no version: {Cure}"
        | version -> version.ToString 3

    /// The first folder that holds `file`: beside the program, or the native part of a package.
    let private locate file package (version: string) =
        let beside =
            [ AppContext.BaseDirectory
              Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native") ]

        let packaged =
            [ for root in packageRoots () do
                  Path.Combine(root, package, version, "runtimes", "linux-x64", "native") ]

        match beside @ packaged |> List.tryFind (fun f -> File.Exists(Path.Combine(f, file))) with
        | Some folder -> folder
        | None ->
            let looked = String.Join(", ", packaged)
            fail $"{file} ({package} {version}) was not found in {looked}: {Cure}, or set {FolderVariable}"

    /// `folder`, which DENDRITES_LIBTORCH gave, once it is seen to hold libtorch.
    let internal named (folder: string) =
        match
            [ "libc10.so"; "libtorch_cpu.so"; "libtorch.so" ]
            |> List.tryFind (fun file -> not (File.Exists(Path.Combine(folder, file))))
        with
        | None -> Path.GetFullPath folder
        | Some missing ->
            fail
                $"{FolderVariable} is {folder}, which has no {missing}: name the folder of libtorch \
                  {LibTorchVersion} that holds its shared libraries"

    let private libtorchFolder () =
        match variable FolderVariable with
        | Some folder -> named folder, true
        | None -> locate "libtorch.so" "libtorch-cpu-linux-x64" LibTorchVersion, false

    let private dlopen (file: string) =
        try
            NativeLibrary.Load file
        with
        | :? DllNotFoundException
        | :? BadImageFormatException as e ->
            let reason = e.Message.ReplaceLineEndings(" ").Trim()

            raise (
                NativeLoadException(
                    $"{file} does not load: {reason}; if it is damaged, delete its folder and {Cure}",
                    e
                )
            )

    let private cacheRoots () =
        [ variable "XDG_CACHE_HOME" |> Option.filter Path.IsPathRooted
          home () |> Option.map (fun h -> Path.Combine(h, ".cache"))
          Some(Path.Combine(Path.GetTempPath(), $"dendrites-{Environment.UserName}")) ]
        |> List.choose id
        |> List.map (fun root -> Path.Combine(root, "dendrites", "native"))

    /// Makes `file` hold exactly `image`. Two processes may do so at once: each writes aside and renames.
    let internal ensure (file: string) (image: byte[]) =
        let holds () =
            File.Exists file
            && File.ReadAllBytes(file).AsSpan().SequenceEqual(ReadOnlySpan image)

        if not (holds ()) then
            let ownerOnly =
                UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute

            Directory.CreateDirectory(Path.GetDirectoryName file |> string, ownerOnly)
            |> ignore

            let aside = $"{file}.{Guid.NewGuid():N}"

            try
                File.WriteAllBytes(aside, image)
                File.Move(aside, file, overwrite = true)
            finally
                File.Delete aside

    /// The adapted copy of `shim` in the first of `roots` that can be written.
    let internal adapt (roots: string list) (shim: string) =
        let source = File.ReadAllBytes shim

        match Elf.withoutNewStandardLibrary source with
        | Error reason -> fail $"{shim} is unusable: {reason}; delete its folder and {Cure}"
        | Ok None -> None
        | Ok(Some image) ->
            let digest = Convert.ToHexStringLower(SHA256.HashData source)
            let refused = List<string>()

            let written =
                roots
                |> List.tryPick (fun root ->
                    let file = Path.Combine(root, digest, ShimName)

                    try
                        ensure file image
                        Some file
                    with
                    | :? IOException
                    | :? UnauthorizedAccessException as e ->
                        refused.Add e.Message
                        None)

            match written with
            | Some file -> Some file
            | None ->
                let reasons = String.Join(" ", refused)
                fail $"no folder for the adapted {ShimName} can be written: {reasons}"

    /// TorchSharp's native half as its package holds it.
    let internal shim () =
        Path.Combine(locate ShimName "torchsharp" (torchSharpVersion ()), ShimName)

    /// The shim as it is where the C++ library is new enough, else its adapted copy.
    let private openShim () =
        let original = shim ()
        let mutable handle = 0n

        if NativeLibrary.TryLoad(original, &handle) then
            handle, original, false
        else
            match adapt (cacheRoots ()) original with
            | Some copy -> dlopen copy, copy, true
            | None -> dlopen original, original, false

    let private start () =
        if
            not (OperatingSystem.IsLinux())
            || RuntimeInformation.ProcessArchitecture <> Architecture.X64
        then
            fail $"libtorch is served on Linux x86-64 only; this is {RuntimeInformation.RuntimeIdentifier}"

        Allocator.useHugePages ()
        let folder, named = libtorchFolder ()
        let inFolder file = Path.Combine(folder, file)
        let cuda = File.Exists(inFolder "libtorch_cuda.so")

        for file in
            [ "libc10.so"
              "libtorch_cpu.so"
              if cuda then
                  "libc10_cuda.so"
                  "libtorch_cuda.so"
              "libtorch.so" ] do
            dlopen (inFolder file) |> ignore

        let handle, shim, adapted = openShim ()

        // TorchSharp's own search may find an unadapted file first.
        NativeLibrary.SetDllImportResolver(
            typeof<torch>.Assembly,
            fun name _ _ -> if name.Contains "LibTorchSharp" then handle else 0n
        )

        { LibTorchFolder = folder
          FromEnvironment = named
          Shim = shim
          Adapted = adapted
          Cuda = cuda
          TorchSharpVersion = torchSharpVersion () }

    let private gate = obj ()

    let mutable private loaded: NativeInfo option = None

    /// What is loaded; loads it when nothing is. Raises `NativeLoadException`.
    let describe () : NativeInfo =
        match loaded with
        | Some info -> info
        | None ->
            lock gate (fun () ->
                match loaded with
                | Some info -> info
                | None ->
                    let info = start ()
                    torch.InitializeDeviceType DeviceType.CPU
                    loaded <- Some info
                    info)

    /// Loads libtorch if it is not loaded yet. Cheap to call again, from any thread. Raises `NativeLoadException`.
    let load () : unit =
        if loaded.IsNone then
            describe () |> ignore

    /// Sets how many threads one libtorch operation may use, at least 1.
    let setThreads (threads: int) : unit =
        load ()
        torch.set_num_threads (max 1 threads)
