namespace Dendrites.Cli;

/// <summary>A resumed run is what its run.json says; whatever the command line says beside that must agree.</summary>
internal static class Conflict
{
    /// <summary>Fails with everything that was asked for and is not what the record says.</summary>
    public static void Check(RunArguments arguments, int? seed, RunRecord record, string folder) => Check(
        arguments,
        seed,
        record,
        folder,
        Configuration.Entries(Configuration.Resolve(arguments)),
        Configuration.Entries(record.ToConfig()));

    /// <summary>The same, given what the command line resolves to and what the record holds.</summary>
    public static void Check(
        RunArguments arguments,
        int? seed,
        RunRecord record,
        string folder,
        IEnumerable<(string Key, string Value)> resolved,
        IEnumerable<(string Key, string Value)> held)
    {
        var settings = Configuration.Explicit(arguments);
        var problems = new List<string>();

        void Compare(string what, string? asked, string is_)
        {
            if (asked is not null && asked != is_) problems.Add($"{what} is {is_} in {folder} and {asked} on the command line");
        }

        Compare("experiment", arguments.Experiment, record.Experiment);
        Compare("preset", Configuration.PresetOf(arguments, settings), record.Preset);
        Compare("device", arguments.Device, record.Device);
        Compare("threads", arguments.Threads?.ToString(), $"{record.Threads}");
        if (arguments.Engine is not (null or "auto")) Compare("engine", arguments.Engine, record.Engine);
        if (seed is { } asked) Compare(Configuration.SeedKey, $"{asked}", $"{record.Seed}");

        foreach (var setting in Configuration.Last(settings).Where(setting => seed is null || setting.Key != Configuration.SeedKey))
            Compare(setting.Key, Value(resolved, setting.Key), Value(held, setting.Key));

        if (problems.Count > 0) throw Failure.BadConfig($"{string.Join("; ", problems)}; a changed run needs another --out");
    }

    private static string Value(IEnumerable<(string Key, string Value)> entries, string key) =>
        entries.First(entry => entry.Key == key).Value;
}
