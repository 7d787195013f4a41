namespace Dendrites.Cli;

/// <summary>The whole program: words in, an exit code out; every failure is one line on standard error.</summary>
internal static class Shell
{
    /// <summary>Prints the stack of a failure too: for those who mend this program.</summary>
    private const string TraceVariable = "DENDRITES_TRACE";

    public static int Run(string[] words)
    {
        try
        {
            return Execute(CommandLine.parse(words));
        }
        catch (Exception e)
        {
            var failure = Failure.Of(e);
            Screen.Warn(failure.Message);
            if (Environment.GetEnvironmentVariable(TraceVariable) is "1") Console.Error.WriteLine(e);
            return failure.Code;
        }
    }

    private static int Execute(Command command) => command switch
    {
        Command.Run run => RunCommand.Execute(run.Item),
        Command.DataList list => DataCommand.List(list.Item),
        Command.DataGet get => DataCommand.Get(get.Item),
        Command.DataVerify verify => DataCommand.Verify(verify.Item),
        Command.Bench bench => BenchCommand.Execute(bench.Item),
        Command.Compare compare => CompareCommand.Execute(compare.Item),
        Command.Report report => ReportCommand.Execute(report.Item),
        Command.Reproduce reproduce => ReproduceCommand.Execute(reproduce.Item),
        Command.Sweep sweep => SweepCommands.Execute(sweep.Item),
        Command.Watch watch => WatchCommand.Execute(watch.Item),
        Command.Inspect inspect => InspectCommand.Execute(inspect.Item),
        Command.Export export => ExportCommand.Execute(export.Item),
        Command.Oracle oracle => OracleCommand.Execute(oracle.Item),
        Command.Play play => PlayCommand.Execute(play.Item),
        Command.Doctor doctor => DoctorCommand.Execute(doctor.Item),
        Command.Help help => Answer(help.text),
        Command.Misused misused => throw new Failure(ExitCode.Usage, misused.reason),
        _ => Answer($"dendrites {Build.Version}"),
    };

    private static int Answer(string text)
    {
        Console.Out.WriteLine(text);
        return ExitCode.Ok;
    }
}
