using System.ComponentModel;
using System.Diagnostics;

namespace Dendrites.Cli;

/// <summary>Programs of the system that fetch things.</summary>
internal static class Tool
{
    /// <summary>Runs <paramref name="program"/> in <paramref name="folder"/> to its end; raises SourceException when it fails.</summary>
    public static void Run(string program, string[] arguments, string folder, TimeSpan longest, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(longest);

        try
        {
            process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            throw new SourceException($"{program} took too long", e);
        }

        _ = output.GetAwaiter().GetResult();
        var said = errors.GetAwaiter().GetResult();
        if (process.ExitCode == 0) return;
        var lines = said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        // apt warns before it says what is wrong.
        var line = Array.Find(lines, line => line.StartsWith("E:", StringComparison.Ordinal)) ?? lines.FirstOrDefault();
        throw new SourceException($"{program} failed ({line ?? $"exit code {process.ExitCode}"})");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new SourceException($"{start.FileName} did not start");
        }
        catch (Win32Exception e)
        {
            throw new SourceException($"{start.FileName} is not installed", e);
        }
    }
}
