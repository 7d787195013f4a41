using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>
/// `dendrites sweep serve`: does the runs that its input names, one after another, each line the words of a command line as JSON, and
/// says on standard error with which exit code each ended; one that failed ends the process with its own. When its input ends, whoever
/// started it is gone or wants it to stop: the run under way stops where it can go on, and no other begins.
/// </summary>
internal static class RunServer
{
    /// <summary>Stands before a run's exit code: end of transmission, which no message holds.</summary>
    private const char Over = '\u0004';

    public static int Execute(TextReader input, TextWriter said)
    {
        // Both are the reading thread's too, which no one waits for.
        var runs = new BlockingCollection<string>();
        var ended = new CancellationTokenSource();
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
                if (ended.IsCancellationRequested) return ExitCode.Interrupted;
                Machine.ForgetPeak();
                var code = Shell.Run(JsonSerializer.Deserialize<string[]>(words)!);
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

    /// <summary>What a line of its standard error says, and the exit code where a run ended with it.</summary>
    public static (string Said, int? Code) Read(string line) => line.IndexOf(Over) is >= 0 and var at
        ? (line[..at], int.Parse(line.AsSpan(at + 1), CultureInfo.InvariantCulture))
        : (line, null);
}
