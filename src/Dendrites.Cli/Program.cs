using Dendrites;
using Dendrites.Cli;

try
{
    return CommandLine.parse(args) switch
    {
        Command.Run run => RunCommand.Execute(run.Item),
        Command.DataList list => DataCommand.List(list.Item),
        Command.DataGet get => DataCommand.Get(get.Item),
        Command.DataVerify verify => DataCommand.Verify(verify.Item),
        Command.Doctor doctor => DoctorCommand.Execute(doctor.Item),
        Command.Help help => Answer(help.text),
        Command.Misused misused => throw new Failure(ExitCode.Usage, misused.reason),
        _ => Answer($"dendrites {Build.Version}"),
    };
}
catch (Exception e)
{
    var failure = Failure.Of(e);
    Screen.Warn(failure.Message);
    if (Environment.GetEnvironmentVariable("DENDRITES_TRACE") is "1") Console.Error.WriteLine(e);
    return failure.Code;
}

static int Answer(string text)
{
    Console.Out.WriteLine(text);
    return ExitCode.Ok;
}
