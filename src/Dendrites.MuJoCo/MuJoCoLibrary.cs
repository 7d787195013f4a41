using System.Runtime.InteropServices;

namespace Dendrites.MuJoCo;

/// <summary>What was loaded.</summary>
/// <param name="File">The library's file; its name alone where the system has it installed.</param>
/// <param name="FromEnvironment">Whether $DENDRITES_MUJOCO named it.</param>
public sealed record MuJoCoInfo(string File, bool FromEnvironment);

/// <summary>
/// Finds MuJoCo 2.2.2 and loads it, once per process: what DENDRITES_MUJOCO names, else one that is installed, else what
/// `dendrites data get mujoco` put into the cache.
/// </summary>
public static unsafe class MuJoCoLibrary
{
    /// <summary>The only version that this project knows the layout of.</summary>
    public const string Version = "2.2.2";

    /// <summary>Names the library's file, or the folder that holds it.</summary>
    public const string Variable = "DENDRITES_MUJOCO";

    /// <summary>The library's own name.</summary>
    public const string FileName = "libmujoco.so.2.2.2";

    /// <summary>What has to be loaded before, when it stands beside the library.</summary>
    public static IReadOnlyList<string> Dependencies { get; } =
        ["libccd.so.2", "liblodepng.so.0", "libqhull_r.so.8.0", "libtinyxml2.so.9"];

    private static readonly Lock Gate = new();

    private static MuJoCoInfo? _loaded;

    static MuJoCoLibrary() =>
        NativeLibrary.SetDllImportResolver(
            typeof(Functions).Assembly,
            (name, _, _) => name == Functions.Library ? Handle : 0);

    /// <summary>Where `dendrites data get mujoco` puts the library.</summary>
    public static string CacheFolder
    {
        get
        {
            var cache = Set("XDG_CACHE_HOME") is { } root && Path.IsPathRooted(root)
                ? root
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "dendrites", "mujoco", Version);
        }
    }

    /// <summary>The loaded library, for the resolver of <see cref="Functions"/>; 0 when there is none.</summary>
    internal static nint Handle { get; private set; }

    private static string Cure => $"`dendrites data get mujoco` fetches it, or set {Variable}";

    /// <summary>What is loaded; loads it when nothing is. Raises MuJoCoLoadException. Cheap to call again, from any thread.</summary>
    public static MuJoCoInfo Load()
    {
        if (Volatile.Read(ref _loaded) is { } before) return before;

        lock (Gate)
        {
            if (_loaded is { } meanwhile) return meanwhile;
            RefuseOtherMachines();
            var (handle, info) = Find(Set(Variable), FileName, CacheFolder);
            Handle = handle;
            Handlers.Set(handle);
            SelfTest.Run(info.File);
            Volatile.Write(ref _loaded, info);
            return info;
        }
    }

    /// <summary>
    /// The library that <paramref name="named"/> (a file or a folder) is, else the <paramref name="installed"/> one, else the
    /// one in <paramref name="cache"/>, checked.
    /// </summary>
    internal static (nint Handle, MuJoCoInfo Info) Find(string? named, string installed, string cache)
    {
        if (named is not null)
        {
            var file = FileOf(named);
            return (Open(file), new(file, FromEnvironment: true));
        }

        if (NativeLibrary.TryLoad(installed, out var handle))
        {
            Check(handle, installed);
            return (handle, new(installed, FromEnvironment: false));
        }

        var cached = Path.Combine(cache, FileName);
        return File.Exists(cached)
            ? (Open(cached), new(cached, FromEnvironment: false))
            : throw new MuJoCoLoadException($"{FileName} is neither installed nor in {cache}: {Cure}") { IsMissing = true };
    }

    /// <summary>Loads one file with what stands beside it, and sees that it is MuJoCo 2.2.2.</summary>
    internal static nint Open(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        // By absolute path, so that the loader finds them loaded when the library asks for them by name.
        foreach (var dependency in Dependencies.Select(name => Path.Combine(folder, name)).Where(File.Exists))
            Open(dependency, "a library that MuJoCo needs");
        var handle = Open(file, "MuJoCo");
        Check(handle, file);
        return handle;
    }

    private static nint Open(string file, string what)
    {
        try
        {
            return NativeLibrary.Load(Path.GetFullPath(file));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new MuJoCoLoadException($"{file} ({what}) does not load: {Handlers.OneLine(e.Message)}; {Cure}", e);
        }
    }

    private static void Check(nint handle, string file)
    {
        if (!NativeLibrary.TryGetExport(handle, "mj_version", out var version))
        {
            NativeLibrary.Free(handle);
            throw new MuJoCoLoadException($"{file} is not MuJoCo: it has no mj_version; {Cure}");
        }

        var number = ((delegate* unmanaged[Cdecl]<int>)version)();
        if (number == Layout.Version) return;
        NativeLibrary.Free(handle);
        throw new MuJoCoLoadException(
            $"{file} is MuJoCo of mj_version {number}; {Layout.Version} ({Version}) is the one that is accepted; {Cure}");
    }

    private static string FileOf(string named)
    {
        if (File.Exists(named)) return named;
        if (!Directory.Exists(named))
            throw new MuJoCoLoadException($"{Variable} is {named}, which is not there: name {FileName} or its folder");
        string[] names = [FileName, "libmujoco.so"];
        return names.Select(name => Path.Combine(named, name)).FirstOrDefault(File.Exists)
            ?? throw new MuJoCoLoadException($"{Variable} is {named}, which has no {FileName}: name the folder that holds it");
    }

    private static void RefuseOtherMachines()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new MuJoCoLoadException(
                $"MuJoCo is served on Linux x86-64 only; this is {RuntimeInformation.RuntimeIdentifier}");
    }

    private static string? Set(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
