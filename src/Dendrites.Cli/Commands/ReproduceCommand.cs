using System.Diagnostics;

namespace Dendrites.Cli;

/// <summary>`dendrites reproduce`: runs the presets of published rows, each run in a process of its own, and writes the table.</summary>
internal sealed class ReproduceCommand
{
    /// <summary>What a row is run with unless said otherwise.</summary>
    private static readonly int[] UsualSeeds = [42, 43, 44];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ReproduceArguments _arguments;
    private readonly Screen _screen;
    private readonly string _folder;
    private readonly string _table;
    private readonly int[] _seeds;

    private ReproduceCommand(ReproduceArguments arguments, Screen screen)
    {
        _arguments = arguments;
        _screen = screen;
        _folder = Path.GetFullPath(arguments.Runs ?? Path.Combine("runs", "reproduction"));
        _table = Path.GetFullPath(arguments.Out ?? Path.Combine(_folder, "reproduction.md"));
        _seeds = arguments.Seeds.Length > 0 ? arguments.Seeds : UsualSeeds;
    }

    public static int Execute(ReproduceArguments arguments) =>
        new ReproduceCommand(arguments, new Screen(arguments.Quiet, Json: false)).Execute();

    private int Execute()
    {
        var presets = Chosen();
        var failed = 0;
        // What is wrong with the table or its CSV is told before hours of work, not after.
        Write();
        using var interruption = new Interruption();

        foreach (var preset in _arguments.TableOnly ? [] : presets)
        {
            foreach (var seed in _seeds)
            {
                if (File.Exists(Path.Combine(Of(preset, seed), RunFolder.SummaryName))) continue;
                _screen.Say($"{preset.Name}, seed {seed}");
                if (!Child(preset, seed, interruption.Token)) failed++;
                Write();
            }
        }

        _screen.Result(ReproductionTable.Markdown(Rows(presets)).TrimEnd());
        _screen.Result($"\n{RunFolder.Show(_table)} and its CSV hold every published row, and the runs behind them");
        return failed == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>The published rows that were asked for: all of them, or those that are named or whose family is, such as prototype.</summary>
    private Presets.Preset[] Chosen()
    {
        var all = Published();
        if (_arguments.Rows.Length == 0) return all;
        foreach (var name in _arguments.Rows)
        {
            if (Array.Exists(all, preset => Matches(preset, name))) continue;
            var nearest = ProblemModule.nearest(all.Select(preset => preset.Name), name);
            throw Failure.BadConfig($"--rows was '{name}'; accepted: the preset of a published row, or its family (did you mean '{nearest}'?)");
        }

        return Array.FindAll(all, preset => Array.Exists(_arguments.Rows, name => Matches(preset, name)));
    }

    private static Presets.Preset[] Published() => [.. Presets.all.Where(preset => preset.Published is not null)];

    private static bool Matches(Presets.Preset preset, string name) =>
        preset.Name == name || preset.Name == $"{name}-{preset.Config.Tasks}";

    private string Of(Presets.Preset preset, int seed) => Path.Combine(_folder, $"{preset.Name}-{seed}");

    private void Write()
    {
        Directory.CreateDirectory(_folder);
        ReproductionTable.Write(_table, Rows(Published()));
    }

    /// <summary>The rows of presets with what their CSV knows, and what the folder holds.</summary>
    private ReproductionTable.Row[] Rows(Presets.Preset[] presets) =>
        ReproductionTable.Rows(_table, presets, presets.SelectMany(InFolder));

    /// <summary>Every finished run of a preset in the folder, of the seeds that were asked for or of others.</summary>
    private IEnumerable<ReproducedRun> InFolder(Presets.Preset preset)
    {
        var folders = Directory.Exists(_folder) ? Directory.EnumerateDirectories(_folder, $"{preset.Name}-*") : [];
        return folders
            .Select(folder => int.TryParse(Path.GetFileName(folder)[(preset.Name.Length + 1)..], out var seed) ? seed : -1)
            .Where(seed => seed >= 0 && File.Exists(Path.Combine(Of(preset, seed), RunFolder.RecordName)))
            .Select(seed => ReproducedRun.Of(KnownRun.Read(Of(preset, seed))))
            .OfType<ReproducedRun>();
    }

    /// <summary>Whether another process has finished the run.</summary>
    private bool Child(Presets.Preset preset, int seed, CancellationToken cancel)
    {
        string[] words =
        [
            "run", preset.Config.Experiment, "--preset", preset.Name, "--seed", $"{seed}", "--out", Of(preset, seed), "--resume",
            .. _arguments.Threads is { } threads ? new[] { "--threads", $"{threads}" } : [],
            .. _arguments.DataDir is { } data ? new[] { "--data-dir", data } : [],
            .. _arguments.Quiet ? new[] { "--quiet" } : [],
        ];
        using var child = Process.Start(Self.With(words))!;
        // From a terminal the child is interrupted too; else from here. It leaves a run that can go on.
        while (!child.WaitForExit(Patience))
            if (cancel.IsCancellationRequested) Posix.Terminate(child.Id);
        cancel.ThrowIfCancellationRequested();
        if (child.ExitCode == ExitCode.Ok) return true;
        if (child.ExitCode == ExitCode.Interrupted) throw new Failure(ExitCode.Interrupted, "interrupted; the same command goes on");
        Screen.Warn($"{preset.Name}, seed {seed} ended with exit code {child.ExitCode}");
        return false;
    }
}
