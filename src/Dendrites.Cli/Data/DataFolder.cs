using System.Security.Cryptography;

namespace Dendrites.Cli;

/// <summary>Whether a file of a data set can be used.</summary>
internal enum FileCondition
{
    Good,
    Missing,
    Corrupt,
}

/// <summary>Where data sets are kept, each in a folder of its own name.</summary>
internal sealed record DataFolder(string Root, bool IsAsked = false)
{
    public const string Variable = "DENDRITES_DATA";

    /// <summary>The folder that was asked for, else $DENDRITES_DATA, else the user's cache.</summary>
    public static DataFolder Locate(string? asked) => new(Path.GetFullPath(asked ?? Set(Variable) ?? Default()), asked is not null);

    /// <summary>The command that makes a data set whole.</summary>
    public string Cure(DataSet set) => $"dendrites data get {set.Name}{(IsAsked ? $" --data-dir {Words.Quoted(Root)}" : "")}";

    /// <summary>The folder of one data set.</summary>
    public string Of(DataSet set) => Path.Combine(Root, set.Name);

    public string Of(DataSet set, DataFile file) => Path.Combine(Of(set), file.Kept);

    /// <summary>Reads the file to its end and compares digests.</summary>
    public FileCondition Check(DataSet set, DataFile file) => Check(Of(set, file), file.Digest);

    /// <summary>Reads a file to its end and compares its SHA-256. Raises Failure when it cannot be read.</summary>
    public static FileCondition Check(string path, string digest)
    {
        if (!File.Exists(path)) return FileCondition.Missing;

        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream)) == digest ? FileCondition.Good : FileCondition.Corrupt;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadData, $"{path} cannot be read: {e.Message}", e);
        }
    }

    private static string Default() =>
        Path.Combine(
            Set("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache)
                ? cache
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "dendrites",
            "data");

    private static string? Set(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
