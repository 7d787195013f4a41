using System.Diagnostics;
using System.Text.Json;
using Dendrites.Kernels;

namespace Dendrites.Cli;

/// <summary>`dendrites bench`: every engine beside a dense network, each in a process of its own.</summary>
internal sealed class BenchCommand
{
    private const int MostThreads = 1024;

    private static readonly int[] UsualSegments = [10, 50, 100];

    private readonly BenchArguments _arguments;
    private readonly Screen _screen;
    private readonly Setting[] _settings;
    private readonly int _threads;

    private BenchCommand(BenchArguments arguments)
    {
        _arguments = arguments;
        _screen = new Screen(Quiet: false, arguments.Json);
        _settings = Array.ConvertAll(arguments.Settings, pair => new Setting(pair.Key, pair.Value));
        _threads = arguments.Threads ?? Environment.ProcessorCount;
        if (_threads is < 1 or > MostThreads)
            throw Failure.BadConfig($"threads was '{_threads}'; accepted: a whole number from 1 to {MostThreads}");
    }

    public static int Execute(BenchArguments arguments)
    {
        var command = new BenchCommand(arguments);
        using var interruption = new Interruption();
        return arguments.Row is { } engine ? command.One(engine, interruption.Token) : command.All(interruption.Token);
    }

    /// <summary>This process measures one row and prints it as JSON.</summary>
    private int One(string engine, CancellationToken cancel)
    {
        int? segments = Engines.Plain.Contains(engine) ? null : (_arguments.Segments is [var first, ..] ? first : UsualSegments[0]);
        var target = Engines.Target(engine, segments, _threads, _settings);
        var images = Images(target, cancel);
        images.CheckBatch(target.Config);
        Console.Out.WriteLine(JsonSerializer.Serialize(RowBench.Measure(target, images, _arguments.Repetitions), Json.Line));
        return ExitCode.Ok;
    }

    private int All(CancellationToken cancel)
    {
        int[] segments = _arguments.Segments is { Length: > 0 } given ? given : UsualSegments;
        var targets = Engines.Rows(segments).Select(row => Engines.Target(row.Engine, row.Segments, _threads, _settings)).ToArray();
        // Fetches what is missing once, before several processes would.
        Images(targets[0], cancel).CheckBatch(targets[0].Config);

        var rows = new List<BenchRow>();
        _screen.Result(BenchWords.Title(targets[^1], _threads));
        _screen.Result(BenchWords.Header);
        foreach (var target in targets)
        {
            if (Child(target, cancel) is not { } row) continue;
            rows.Add(row);
            _screen.Result(BenchWords.Line(row));
        }

        _screen.Result(BenchWords.Closing(rows, _arguments.Phases));
        _screen.Document(new
        {
            rows = rows.Select(row => _arguments.Phases ? row : row with { Phases = null }),
            comparisons = BenchComparison.Of(rows),
            floor = rows.FirstOrDefault(row => row.Floor is not null)?.Floor,
            threads = _threads,
            blas = Blas.Describe(Native.describe().LibTorchFolder),
            cpuFeatures = Machine.Features(),
            instructions = $"{InstructionSets.Best}",
            machine = Machine.Here(),
            libraries = LibraryFacts.Here(),
            code = CodeFacts.Here(),
            hidden = RunConfigModule.entries(targets[0].Config).First(entry => entry.Item1 == "hidden").Item2,
            batch = targets[0].Config.Batch,
            failed = targets.Length - rows.Count,
        });
        return rows.Count == targets.Length ? ExitCode.Ok : ExitCode.Failed;
    }

    private RunData Images(BenchTarget target, CancellationToken cancel) =>
        RunData.Read(target.Config, DataFolder.Locate(_arguments.DataDir), _arguments.Row is null ? _screen.Say : _ => { }, cancel);

    /// <summary>The row that another process measures; null when it fails, after saying so.</summary>
    private BenchRow? Child(BenchTarget target, CancellationToken cancel)
    {
        var start = Self.With(Words(target));
        start.RedirectStandardOutput = true;
        using var child = Process.Start(start)!;
        using var end = cancel.Register(() => child.Kill());
        var text = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        cancel.ThrowIfCancellationRequested();
        if (child.ExitCode == ExitCode.Ok) return JsonSerializer.Deserialize<BenchRow>(text, Json.Line);
        Screen.Warn($"the row {BenchWords.Name(target.Engine, target.Segments)} ended with exit code {child.ExitCode}{(child.ExitCode > 128 ? "; is there enough memory?" : "")}");
        return null;
    }

    private IEnumerable<string> Words(BenchTarget target) =>
    [
        "bench", "--row", target.Engine, "--threads", $"{_threads}",
        .. target.Segments is { } segments ? new[] { "--segments", $"{segments}" } : [],
        .. _arguments.Repetitions is { } repetitions ? new[] { "--repetitions", $"{repetitions}" } : [],
        .. _arguments.DataDir is { } folder ? new[] { "--data-dir", folder } : [],
        .. _settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" }),
    ];
}
