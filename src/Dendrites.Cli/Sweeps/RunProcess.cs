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
        var process = Told(words);
        string? last = null;
        // The end of its input asks it to stop. A signal may have come to it as well, and a second one would stop it at once.
        using (cancel.Register(() => EndInput(process)))
        {
            while (process.StandardError.ReadLine() is { } line)
            {
                var (said, ended) = RunServer.Read(line);
                if (said.Length > 0 || ended is null) log.WriteLine(said);
                if (said.Length > 0) last = said;
                if (ended is { } known) return (known, last);
            }
        }

        process.WaitForExit();
        var code = process.ExitCode;
        End();
        return (code, last);
    }

    public void Dispose() => End();

    /// <summary>The process, told what to do; another where the last one is gone.</summary>
    private Process Told(string[] words)
    {
        if (_process is { HasExited: false } living && Tell(living, words)) return living;
        End();
        var start = Self.With(["sweep", "serve"]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        // One that ended at once says so by its exit code.
        Tell(_process, words);
        return _process;
    }

    /// <summary>False where it has ended.</summary>
    private static bool Tell(Process process, string[] words)
    {
        try
        {
            // In ASCII, which is read alike in every locale.
            process.StandardInput.WriteLine(JsonSerializer.Serialize(words));
            process.StandardInput.Flush();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void EndInput(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, and what it was told last was never read.
        }
    }

    private void End()
    {
        if (_process is not { } process) return;
        _process = null;
        EndInput(process);
        process.WaitForExit();
        process.StandardError.Close();
        process.Dispose();
    }
}
