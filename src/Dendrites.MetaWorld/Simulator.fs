namespace Dendrites.MetaWorld

#nowarn "9" // addresses of the simulator's arrays

open System
open System.IO
open System.Runtime.InteropServices
open Microsoft.FSharp.NativeInterop

/// The simulator's functions, until Dendrites.MuJoCo stands.
module private Native =
    [<Literal>]
    let Library = "libmujoco.so.2.2.2"

    [<DllImport(Library)>]
    extern nativeint mj_loadXML(string file, nativeint vfs, byte[] error, int size)

    [<DllImport(Library)>]
    extern nativeint mj_makeData(nativeint model)

    [<DllImport(Library)>]
    extern void mj_step(nativeint model, nativeint data)

    [<DllImport(Library)>]
    extern void mj_forward(nativeint model, nativeint data)

    [<DllImport(Library)>]
    extern void mj_resetData(nativeint model, nativeint data)

    [<DllImport(Library)>]
    extern int mj_name2id(nativeint model, int kind, string name)

    [<DllImport(Library)>]
    extern void mj_deleteModel(nativeint model)

    [<DllImport(Library)>]
    extern void mj_deleteData(nativeint data)

/// Interim: one simulation over a model, through libmujoco 2.2.2 directly.
[<Sealed>]
type internal Simulator(source: ModelSource) =
    let model =
        // Once it is in the process, the loader finds it by its name.
        Dendrites.MuJoCo.MuJoCoLibrary.Load() |> ignore
        let error = Array.zeroCreate<byte> 1000

        let load (path: string) =
            let handle = Native.mj_loadXML (path, 0n, error, error.Length)

            if handle = 0n then
                failwithf "%s: %s" path (Text.Encoding.UTF8.GetString(error).TrimEnd('\000'))

            handle

        match source with
        | File path -> load path
        | Text text ->
            let path = Path.GetTempFileName()
            File.WriteAllText(path, text)

            try
                load path
            finally
                File.Delete path

    let data = Native.mj_makeData model
    let read (at: nativeint) offset = Marshal.ReadInt32(at, offset)
    let pointer (at: nativeint) offset = Marshal.ReadIntPtr(at, offset)

    let span at count =
        Span<float>(NativePtr.toVoidPtr (NativePtr.ofNativeInt<float> at), count)

    let nq, nv, nu, nbody, ngeom, nsite, neq, nmocap =
        read model 0,
        read model 4,
        read model 8,
        read model 16,
        read model 24,
        read model 28,
        read model 112,
        read model 156

    let identify kind what name =
        match Native.mj_name2id (model, kind, name) with
        | -1 -> failwithf "the model has no %s named %s" what name
        | id -> id

    let state () =
        [ 40336, 1
          40376, nq
          40384, nv
          40400, nv
          40408, nu
          40432, 3 * nmocap
          40440, 4 * nmocap ]

    member _.Body name = identify 1 "body" name
    member _.Joint name = identify 3 "joint" name
    member _.Geometry name = identify 5 "geometry" name
    member _.Site name = identify 6 "site" name

    member _.FirstJoint body =
        Marshal.ReadInt32(pointer model 1152, 4 * body)

    member _.PositionAddress joint =
        Marshal.ReadInt32(pointer model 1288, 4 * joint)

    member _.VelocityAddress joint =
        Marshal.ReadInt32(pointer model 1296, 4 * joint)

    member _.FixturePositions = span (pointer model 1208) (3 * nbody)

    member _.EqualityTypes =
        Array.init neq (fun i -> Marshal.ReadInt32(pointer model 2456, 4 * i))

    member _.EqualityData = span (pointer model 2504) (11 * neq)
    member _.Positions = span (pointer data 40376) nq
    member _.Velocities = span (pointer data 40384) nv
    member _.Controls = span (pointer data 40408) nu
    member _.MocapPosition = span (pointer data 40432) (3 * nmocap)
    member _.MocapRotation = span (pointer data 40440) (4 * nmocap)
    member _.BodyPositions = span (pointer data 40480) (3 * nbody)
    member _.BodyRotations = span (pointer data 40488) (4 * nbody)
    member _.BodyMatrices = span (pointer data 40496) (9 * nbody)
    member _.GeometryPositions = span (pointer data 40536) (3 * ngeom)
    member _.GeometryMatrices = span (pointer data 40544) (9 * ngeom)
    member _.SitePositions = span (pointer data 40552) (3 * nsite)
    member _.SiteMatrices = span (pointer data 40560) (9 * nsite)
    member _.Contacts = read data 40332
    member _.Rows = read data 40328

    member _.Step count =
        for _ in 1..count do
            Native.mj_step (model, data)

    member _.Forward() = Native.mj_forward (model, data)
    member _.Reset() = Native.mj_resetData (model, data)

    member _.Save() : float[] =
        [| for offset, count in state () do
               let at =
                   if offset = 40336 then
                       data + 40336n
                   else
                       pointer data offset

               yield! (span at count).ToArray() |]

    member _.Restore(saved: float[]) =
        let mutable from = 0

        for offset, count in state () do
            let at =
                if offset = 40336 then
                    data + 40336n
                else
                    pointer data offset

            ReadOnlySpan(saved, from, count).CopyTo(span at count)
            from <- from + count

    interface IDisposable with
        member _.Dispose() =
            Native.mj_deleteData data
            Native.mj_deleteModel model
