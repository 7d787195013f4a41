using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>The folder of a sweep: run folders by their ids, who works on them, what failed, and the tables.</summary>
internal sealed class SweepFolder
{
    private SweepFolder(string path) => Path = path;

    public string Path { get; }

    public string Shown => RunFolder.Show(Path);

    /// <summary>A copy of the sweep's file, as it was last run or submitted.</summary>
    public string Table => In("sweep.toml");

    public string Runs => In("runs");

    public string Claims => In("claims");

    public string Slurm => In("slurm");

    /// <summary>The folder that --out names, or sweeps/ and the file's name.</summary>
    public static SweepFolder Of(string file, string? given) =>
        new(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(given ?? System.IO.Path.Combine("sweeps", System.IO.Path.GetFileNameWithoutExtension(file)))));

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public string Run(string id) => System.IO.Path.Combine(Runs, id);

    /// <summary>What a run's processes said on standard error.</summary>
    public string Log(string id) => System.IO.Path.Combine(In("logs"), $"{id}.log");

    public bool IsDone(string id) => File.Exists(System.IO.Path.Combine(Run(id), RunFolder.SummaryName));

    public bool HasBegun(string id) => File.Exists(System.IO.Path.Combine(Run(id), RunFolder.RecordName));

    /// <summary>Why the last try of a run failed; null where none has, or it was forgotten since.</summary>
    public FailedTry? Failed(string id)
    {
        try
        {
            return File.Exists(FailedPath(id)) ? JsonSerializer.Deserialize<FailedTry>(File.ReadAllText(FailedPath(id)), Json.Document) : null;
        }
        catch (IOException)
        {
            // Forgiven meanwhile.
            return null;
        }
        catch (JsonException)
        {
            return new("its record cannot be read", default);
        }
    }

    public void Fail(string id, FailedTry failed) => AtomicFile.WriteText(FailedPath(id), JsonSerializer.Serialize(failed, Json.Document) + "\n");

    /// <summary>The run may be tried again.</summary>
    public void Forgive(string id)
    {
        File.Delete(FailedPath(id));
        Turned(id, inVain: false);
    }

    /// <summary>Whether the last turn of a run was stopped before it came to another checkpoint.</summary>
    public bool WasInVain(string id) => File.Exists(VainPath(id));

    /// <summary>Notes how a turn of a run ended.</summary>
    public void Turned(string id, bool inVain)
    {
        if (inVain) File.WriteAllText(VainPath(id), "");
        else File.Delete(VainPath(id));
    }

    /// <summary>The preset that a begun run was begun with.</summary>
    public string? PresetOf(string id)
    {
        var record = System.IO.Path.Combine(Run(id), RunFolder.RecordName);
        return File.Exists(record) ? (string?)System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(record))?["preset"] : null;
    }

    /// <summary>Makes the folder, without what killed processes left in it. Fails where that cannot be.</summary>
    public void Make()
    {
        try
        {
            foreach (var folder in new[] { Runs, Claims, In("logs"), In("failed") })
            {
                Directory.CreateDirectory(folder);
                AtomicFile.Sweep(folder, TimeSpan.FromMinutes(1));
            }

            AtomicFile.Sweep(Path, TimeSpan.FromMinutes(1));
            Claim.Bury(Claims);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadConfig, $"{Shown} cannot be the folder of a sweep: {e.Message}", e);
        }
    }

    /// <summary>Makes the folder, and writes the table and its rows.</summary>
    public void Prepare(SweepPlan plan)
    {
        Make();
        try
        {
            AtomicFile.WriteText(Table, File.ReadAllText(plan.File.Path));
            AtomicFile.WriteText(In("plan.jsonl"), string.Concat(plan.Runs.Select(run => JsonSerializer.Serialize(run.Document(), Json.Line) + "\n")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadConfig, $"{Shown} cannot be the folder of a sweep: {e.Message}", e);
        }
    }

    private string VainPath(string id) => System.IO.Path.Combine(In("failed"), $"{id}.vain");

    private string FailedPath(string id) => System.IO.Path.Combine(In("failed"), $"{id}.json");
}

/// <summary>A try of a run that failed: its last line on standard error.</summary>
internal sealed record FailedTry(string Reason, DateTimeOffset At);
