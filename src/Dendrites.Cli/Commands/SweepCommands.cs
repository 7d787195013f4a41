namespace Dendrites.Cli;

/// <summary>`dendrites sweep`: a table of settings, run here or on a cluster, and what came of it.</summary>
internal static class SweepCommands
{
    public static int Execute(SweepCommand command) => command switch
    {
        SweepCommand.Plan plan => Plan(plan.Item),
        SweepCommand.Start run => Run(run.Item),
        SweepCommand.Worker worker => Work(worker.Item),
        SweepCommand.Status status => Status(status.Item),
        SweepCommand.Collect collect => Collect(collect.Item),
        SweepCommand.Slurm slurm => SlurmCommand.Execute(slurm.Item),
        { IsServe: true } => RunServer.Execute(Console.In, Console.Error),
        _ => throw new InvalidOperationException(),
    };

    private static int Plan(SweepArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        var plan = SweepPlan.Read(arguments.File);
        var folder = SweepFolder.Of(arguments.File, arguments.Out);
        screen.Document(new { folder = folder.Path, repeated = plan.Repeated, runs = plan.Runs.Select(run => run.Document()) });
        string[][] rows =
        [
            ["run", .. plan.CellKeys, Configuration.SeedKey, "is"],
            .. SweepStanding.All(plan, folder).Select(standing => (string[])[
                standing.Run.Id,
                .. plan.CellKeys.Select(key => Axis(standing.Run, key)),
                $"{standing.Run.Seed}",
                standing.Run.Refusal is { } refusal ? $"refused: {refusal}" : SweepWords.Name(standing.State),
            ]),
        ];
        screen.Result(TextTable.Of(rows));
        screen.Result($"\n{Words.Several(plan.Runs.Count, "run")} in {folder.Shown}{(plan.Repeated > 0 ? $"; {Words.Several(plan.Repeated, "row")} of the table repeat others" : "")}");
        return ExitCode.Ok;
    }

    /// <summary>Runs what is missing, what failed before too.</summary>
    private static int Run(SweepRunArguments arguments)
    {
        var (plan, folder) = Prepared(arguments.File, arguments.Out);
        foreach (var run in plan.Runs)
            if (!Claim.IsHeld(folder.Claims, run.Id)) folder.Forgive(run.Id);
        var code = Work(arguments, plan, folder, only: null);
        Finish(arguments, plan, folder);
        return code;
    }

    /// <summary>Runs what is missing and did not fail.</summary>
    private static int Work(SweepRunArguments arguments)
    {
        var (plan, folder) = (SweepPlan.Read(arguments.File), SweepFolder.Of(arguments.File, arguments.Out));
        var only = arguments.Batch is { } batch ? Batches.Read(batch, arguments.Index!.Value) : null;
        if (only?.Except(plan.Runs.Select(run => run.Id)).FirstOrDefault() is { } other)
            throw Failure.BadConfig($"{RunFolder.Show(arguments.Batch!)} names the run {other}, which is not in {arguments.File}; accepted: the table that it was made of");
        folder.Make();
        return Work(arguments, plan, folder, only);
    }

    private static int Work(SweepRunArguments arguments, SweepPlan plan, SweepFolder folder, IReadOnlySet<string>? only)
    {
        var screen = new Screen(arguments.Quiet, arguments.Json);
        using var interruption = new Interruption();
        screen.Say($"{Words.Several(plan.Runs.Count, "run")} in {folder.Shown}; {SweepWords.Counts(SweepStanding.All(plan, folder))}");
        var options = SweepWork.Options.Of(arguments, only);
        void With(ISweepDisplay display) => new SweepWork(plan, folder, options, display, interruption.Token).Execute();
        if (screen.IsLive) LiveSweepDisplay.Run(plan, folder, With);
        else With(screen.Quiet || screen.Json ? new NoSweepDisplay() : new PlainSweepDisplay(plan, folder, Console.Out.WriteLine));

        var meant = SweepStanding.All(plan, folder).Where(standing => only?.Contains(standing.Run.Id) ?? true).ToArray();
        foreach (var standing in meant.Where(standing => standing.State == RunState.Failed))
            Screen.Warn($"{standing.Run.Id} ({standing.Run.Name}) failed: {standing.Reason}");
        if (Array.Exists(meant, standing => standing.State == RunState.Failed)) return ExitCode.Failed;
        if (Array.TrueForAll(meant, standing => standing.State is RunState.Done or RunState.Dropped)) return ExitCode.Ok;
        throw new Failure(ExitCode.Interrupted, $"{SweepWords.Counts(meant)}; the same command goes on");
    }

    private static int Status(SweepArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        var plan = SweepPlan.Read(arguments.File);
        var folder = SweepFolder.Of(arguments.File, arguments.Out);
        var standings = SweepStanding.All(plan, folder);
        var queue = SlurmQueue.Of(folder);
        screen.Document(new
        {
            folder = folder.Path,
            counts = standings.GroupBy(standing => SweepWords.Name(standing.State)).ToDictionary(group => group.Key, group => group.Count()),
            runs = standings.Select(standing => new
            {
                id = standing.Run.Id,
                axes = standing.Run.Axes.ToDictionary(axis => axis.Key, axis => axis.Value),
                state = SweepWords.Name(standing.State),
                share = standing.Share,
                score = standing.Score,
                reason = standing.Reason,
                slurm = queue.Of(standing.Run.Id),
            }),
        });
        string[][] rows =
        [
            ["run", "is", "share", "score", .. queue.IsEmpty ? [] : new[] { "slurm" }, "settings"],
            .. standings.Select(standing => (string[])[
                standing.Run.Id,
                SweepWords.Name(standing.State),
                Words.Invariant($"{100 * standing.Share:0} %"),
                Words.Accuracy(standing.Score),
                .. queue.IsEmpty ? [] : new[] { queue.Of(standing.Run.Id) ?? "-" },
                standing.Reason is { } reason ? $"{standing.Run.Name}: {reason}" : standing.Run.Name,
            ]),
        ];
        screen.Result(TextTable.Of(rows));
        screen.Result($"\n{SweepWords.Counts(standings)}");
        return ExitCode.Ok;
    }

    private static int Collect(SweepArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        var plan = SweepPlan.Read(arguments.File);
        var folder = SweepFolder.Of(arguments.File, arguments.Out);
        var results = SweepResults.Of(plan, folder);
        results.Write(folder);
        screen.Document(results.Document());
        screen.Result(results.Table());
        screen.Result($"\n{folder.Shown} holds {string.Join(", ", SweepResults.FileNames)}");
        return ExitCode.Ok;
    }

    /// <summary>The tables of what there is, once a sweep has been worked on.</summary>
    private static void Finish(SweepRunArguments arguments, SweepPlan plan, SweepFolder folder)
    {
        var results = SweepResults.Of(plan, folder);
        results.Write(folder);
        var screen = new Screen(arguments.Quiet, arguments.Json);
        screen.Document(results.Document());
        screen.Result(results.Table());
    }

    /// <summary>The plan of a file, and its folder, made.</summary>
    internal static (SweepPlan Plan, SweepFolder Folder) Prepared(string file, string? given)
    {
        var plan = SweepPlan.Read(file);
        var folder = SweepFolder.Of(file, given);
        folder.Prepare(plan);
        return (plan, folder);
    }

    private static string Axis(PlannedRun run, string key) => run.Axes.FirstOrDefault(axis => axis.Key == key).Value ?? "-";
}
