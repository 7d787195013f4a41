using System.Globalization;
using Microsoft.FSharp.Collections;
using Tomlyn.Syntax;

namespace Dendrites.Cli;

/// <summary>A sweep as its TOML file has it: what is run, what is set for all runs, and the table of what differs.</summary>
internal sealed record SweepFile
{
    private const string DefaultExperiment = "permuted-mnist";

    private const string SetTable = "set", GridTable = "grid", ZipTable = "zip", RandomTable = "random", HalvingTable = "halving";

    public required string Path { get; init; }

    public required string Experiment { get; init; }

    /// <summary>The settings to start from; null for the experiment's own.</summary>
    public string? Preset { get; init; }

    /// <summary>`auto`, `fused` or `reference`; null where it is not said.</summary>
    public string? Engine { get; init; }

    /// <summary>What is set for all runs.</summary>
    public required IReadOnlyList<Setting> Fixed { get; init; }

    public required Sweep Table { get; init; }

    /// <summary>Where each axis stands, such as "sweep.toml line 7".</summary>
    public required IReadOnlyDictionary<string, string> Places { get; init; }

    public Halving? Halving { get; init; }

    /// <summary>The sweep in a file. Fails with the first thing that is wrong, and where.</summary>
    public static SweepFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadConfig, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The sweep in <paramref name="text"/>; <paramref name="path"/> is for errors.</summary>
    public static SweepFile Parse(string text, string path)
    {
        var document = ConfigFile.Document(text, path);
        var tables = new Dictionary<string, List<KeyValueSyntax>>();
        var places = new Dictionary<string, string>();
        foreach (var table in document.Tables)
        {
            var name = table.Name?.ToString().Trim() ?? "";
            var place = ConfigFile.Place(path, table.Span);
            if (table is not TableSyntax || name is not (SetTable or GridTable or ZipTable or RandomTable or HalvingTable))
                throw Failure.BadConfig($"{place}: [{name}] is no part of a sweep; accepted: [{SetTable}] | [{GridTable}] | [{ZipTable}] | [{RandomTable}] | [{HalvingTable}]");
            tables[name] = [.. table.Items];
        }

        List<KeyValueSyntax> Of(string name) => tables.GetValueOrDefault(name, []);
        Setting[] roots = [.. document.KeyValues.Select(pair => ConfigFile.Read(pair, path))];
        foreach (var root in roots)
        {
            if (root.Key is not ("experiment" or "preset" or "engine" or "seeds"))
                throw Failure.BadConfig($"{root.Source}: '{root.Key}' is no part of a sweep; accepted here: experiment | preset | engine | seeds (what all runs have stands under [{SetTable}])");
            places[root.Key] = root.Source!;
        }

        foreach (var pair in Of(GridTable).Concat(Of(ZipTable)).Concat(Of(RandomTable))) places.TryAdd(ConfigFile.Key(pair), ConfigFile.Place(path, pair.Span));
        string? Root(string key) => Array.Find(roots, root => root.Key == key)?.Value;
        var random = SweepDraws.Read(Of(RandomTable), path);
        var file = new SweepFile
        {
            Path = path,
            Experiment = Root("experiment") ?? DefaultExperiment,
            Preset = Root("preset"),
            Engine = Root("engine"),
            Fixed = [.. Of(SetTable).Select(pair => ConfigFile.Read(pair, path))],
            Table = new Sweep(
                Axes(Of(GridTable), path), Axes(Of(ZipTable), path), random.Axes, random.Draws, random.Seed, Seeds(Array.Find(roots, root => root.Key == "seeds"))),
            Places = places,
            Halving = tables.ContainsKey(HalvingTable) ? Halving.Read(Of(HalvingTable), path) : null,
        };
        file.Check();
        return file;
    }

    /// <summary>What is wrong with the table as such, each problem with its line.</summary>
    private void Check()
    {
        var problems = SweepModule.validate(Table).Select(problem => Places.TryGetValue(problem.Where, out var place) ? $"{place}: {problem}" : $"{Path}: {problem}").ToList();
        var axes = SweepModule.keys(Table).ToHashSet();
        problems.AddRange(Fixed.Where(setting => axes.Contains(setting.Key)).Select(setting =>
            $"{setting.Source}: {setting.Key} is set for all runs and stands on an axis; accepted: one of the two"));
        if (problems.Count > 0) throw Failure.BadConfig(string.Join("; ", problems.Distinct()));
    }

    private static FSharpList<Tuple<string, FSharpList<string>>> Axes(IEnumerable<KeyValueSyntax> pairs, string path) =>
        ListModule.OfSeq(pairs.Select(pair => Tuple.Create(ConfigFile.Key(pair), Values(pair, path))));

    /// <summary>The values of a list; a single value is a list of one.</summary>
    internal static FSharpList<string> Values(KeyValueSyntax pair, string path)
    {
        var (key, place) = (ConfigFile.Key(pair), ConfigFile.Place(path, pair.Span));
        return ListModule.OfSeq(pair.Value is ArraySyntax list
            ? list.Items.Select(item => ConfigFile.Text(item.Value, key, place))
            : [ConfigFile.Text(pair.Value, key, place)]);
    }

    /// <summary>Such as "42..44", or [42, 43].</summary>
    private static FSharpList<int> Seeds(Setting? setting)
    {
        if (setting is null) return FSharpList<int>.Empty;
        var seeds = new List<int>();
        foreach (var part in setting.Value.Split(',', StringSplitOptions.TrimEntries))
        {
            int[] ends = [.. part.Split("..").Select(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : -1)];
            if (ends.Length > 2 || ends[0] < 0 || ends[^1] < ends[0] || ends[^1] - ends[0] >= MostSeeds)
                throw Failure.BadConfig($"{setting.Source}: seeds was '{setting.Value}'; accepted: whole numbers from 0, such as [42, 43] or \"42..44\"");
            seeds.AddRange(Enumerable.Range(ends[0], ends[^1] - ends[0] + 1));
        }

        return ListModule.OfSeq(seeds);
    }

    private const int MostSeeds = 10_000;
}
