using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>
/// `dendrites sweep serve`: does the runs that its input names, one after another, each line the words of a command line as JSON, and
/// says on standard error how each ended. When its input ends, whoever started it is gone or wants it to stop: the run under way stops
/// where it can go on, and no other begins.
/// </summary>
internal static class RunServer
{
    /// <summary>Begins the line that holds a run's exit code: end of transmission, which no message holds.</summary>
    private const char Over = '\u0004';

    public static int Execute(TextReader input, TextWriter said)
    {
        using var runs = new BlockingCollection<string>();
        using var ended = new CancellationTokenSource();
        Interruption.Supervisor = ended.Token;
        new Thread(() =>
        {
            while (input.ReadLine() is { } line) runs.Add(line);
            ended.Cancel();
            runs.CompleteAdding();
        })
        { IsBackground = true }.Start();

        try
        {
            foreach (var words in runs.GetConsumingEnumerable())
            {
                if (ended.IsCancellationRequested) break;
                Machine.ForgetPeak();
                var code = Shell.Run(JsonSerializer.Deserialize<string[]>(words, Json.Line)!);
                // What a run that failed has left behind ends with the process.
                if (code is not (ExitCode.Ok or ExitCode.Interrupted)) return code;
                said.WriteLine($"{Over}{code}");
            }

            return ExitCode.Ok;
        }
        finally
        {
            Interruption.Supervisor = CancellationToken.None;
        }
    }

    /// <summary>The exit code in a line that ends a run; null for another line.</summary>
    public static int? CodeIn(string line) => line.StartsWith(Over) ? int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) : null;
}
