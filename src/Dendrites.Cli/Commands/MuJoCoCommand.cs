using Dendrites.MuJoCo;

namespace Dendrites.Cli;

/// <summary>MuJoCo's library, in `dendrites data` and `dendrites doctor`.</summary>
internal static class MuJoCoCommand
{
    private static string Folder => MuJoCoLibrary.CacheFolder;

    private static bool IsNamed => Environment.GetEnvironmentVariable(MuJoCoLibrary.Variable) is { Length: > 0 };

    /// <summary>Files that are there and not as they should be, which are better not loaded. Who named a library wants that one.</summary>
    private static bool IsCorrupt =>
        !IsNamed && Directory.Exists(Folder) && MuJoCoPackages.Check(Folder, MuJoCoPackages.Files) != FileCondition.Good;

    /// <summary>`dendrites data get mujoco`: nothing where it loads already.</summary>
    public static int Get(DataSetArguments arguments)
    {
        RefuseFolder(arguments);
        var screen = new Screen(arguments.Quiet, Json: false);
        using var interruption = new Interruption();

        if (!IsCorrupt && TryDescribe() is { } there)
        {
            screen.Say($"{there} is there already");
        }
        else
        {
            MuJoCoPackages.OfThisMachine(screen.Say, interruption.Token).Get();
            screen.Say($"{Describe()} loads");
        }

        return ExitCode.Ok;
    }

    /// <summary>`dendrites data verify mujoco`: digests of what is in the cache; version and layout of what loads.</summary>
    public static int Verify(DataSetArguments arguments)
    {
        RefuseFolder(arguments);
        RefuseCorrupt();
        new Screen(arguments.Quiet, Json: false).Say($"{Describe()} has the version and the layout that are wanted");
        return ExitCode.Ok;
    }

    /// <summary>What `dendrites doctor` says of it. Raises MuJoCoLoadException or Failure when there is one that cannot be used.</summary>
    public static string Condition()
    {
        RefuseCorrupt();
        return TryDescribe() ?? $"missing; dendrites data get {MuJoCoPackages.Name} fetches it";
    }

    /// <summary>What loads; null when nothing is there. Raises MuJoCoLoadException for what is there and does not.</summary>
    private static string? TryDescribe()
    {
        try
        {
            return Describe();
        }
        catch (MuJoCoLoadException e) when (e.IsMissing)
        {
            return null;
        }
    }

    private static string Describe()
    {
        var info = MuJoCoLibrary.Load();
        return $"MuJoCo {MuJoCoLibrary.Version} ({info.File}{(info.FromEnvironment ? $", ${MuJoCoLibrary.Variable}" : "")})";
    }

    private static void RefuseCorrupt()
    {
        if (IsCorrupt)
            throw Failure.BadData($"{Folder} is not as Debian 12's packages have it; get it: dendrites data get {MuJoCoPackages.Name}");
    }

    private static void RefuseFolder(DataSetArguments arguments)
    {
        if (arguments.DataDir is not null)
            throw new Failure(
                ExitCode.Usage,
                $"--data-dir is for data sets; MuJoCo is kept in {Folder}, or where {MuJoCoLibrary.Variable} says");
    }
}
