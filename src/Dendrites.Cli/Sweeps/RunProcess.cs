using System.Diagnostics;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>
/// A process that does one run after another (see RunServer): what stands before a run's work, a start, what must be compiled and
/// images, is paid once. It is begun with the first run, and anew after one that took it along.
/// </summary>
internal sealed class RunProcess : IDisposable
{
    private Process? _process;

    /// <summary>
    /// Does a run, given the words of `dendrites run`. Its exit code, or that of the process where that has ended, and its last line on
    /// standard error, all of which goes to <paramref name="log"/>. Stops it where it can go on when <paramref name="cancel"/> says so.
    /// </summary>
    public (int Code, string? Last) Do(string[] words, TextWriter log, CancellationToken cancel)
    {
        var process = Begin(words);
        string? last = null;
        // The end of its input asks it to stop. A signal may have come to it as well, and a second one would stop it at once.
        using (cancel.Register(process.StandardInput.Close))
        {
            while (process.StandardError.ReadLine() is { } line)
            {
                if (RunServer.CodeIn(line) is { } code) return (code, last);
                log.WriteLine(line);
                if (line.Length > 0) last = line;
            }
        }

        process.WaitForExit();
        return (process.ExitCode, last);
    }

    public void Dispose()
    {
        if (_process is null) return;
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>The process, told what to do; another where the last one is gone.</summary>
    private Process Begin(string[] words)
    {
        if (_process is { HasExited: false } && Tell(_process, words)) return _process;
        _process?.Dispose();
        var start = Self.With(["sweep", "serve"]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, _) => { };
        _process.Start();
        _process.BeginOutputReadLine();
        Tell(_process, words);
        return _process;
    }

    /// <summary>False where it has ended.</summary>
    private static bool Tell(Process process, string[] words)
    {
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(words, Json.Line));
            process.StandardInput.Flush();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
