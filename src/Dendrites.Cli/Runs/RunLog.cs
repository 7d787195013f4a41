using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>
/// The append-only files of a run. metrics.jsonl and accuracy.csv hold nothing that depends on the clock, so the same
/// run gives the same bytes; timings.jsonl holds what does. Tasks and epochs count from 1.
/// </summary>
internal sealed class RunLog : IDisposable
{
    private readonly FileStream _metrics;
    private readonly FileStream _accuracy;
    private readonly FileStream _timings;

    /// <summary>Opens the files and cuts them to the lengths of a checkpoint: what was written after it is told again.</summary>
    public RunLog(RunFolder folder, LogLengths kept)
        : this(folder, kept, folder.Accuracy, "after,on,accuracy")
    {
    }

    /// <summary>The same with another table, in the file <paramref name="table"/>, under a header.</summary>
    public RunLog(RunFolder folder, LogLengths kept, string table, string header)
    {
        _metrics = Open(folder.Metrics, kept.Metrics);
        _accuracy = Open(table, kept.Accuracy);
        _timings = Open(folder.Timings, File.Exists(folder.Timings) ? WholeLines(folder.Timings) : 0);
        if (_accuracy.Length == 0) Append(_accuracy, header);
    }

    public void Metric<T>(T happened) => Append(_metrics, JsonSerializer.Serialize(happened, Json.Line));

    public void Timing<T>(T happened)
    {
        Append(_timings, JsonSerializer.Serialize(happened, Json.Line));
        _timings.Flush();
    }

    /// <summary>A[after, on], tasks from 1.</summary>
    public void Accuracy(int after, int on, double accuracy) =>
        Row(string.Create(CultureInfo.InvariantCulture, $"{after},{on},{accuracy:R}"));

    /// <summary>A line of the table.</summary>
    public void Row(string line) => Append(_accuracy, line);

    /// <summary>Lets whoever reads along see everything so far.</summary>
    public void Flush()
    {
        _metrics.Flush();
        _accuracy.Flush();
    }

    /// <summary>Brings everything to the disk; the lengths that a checkpoint remembers.</summary>
    public LogLengths Sync()
    {
        _metrics.Flush(flushToDisk: true);
        _accuracy.Flush(flushToDisk: true);
        return new(_metrics.Length, _accuracy.Length);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _accuracy.Dispose();
        _timings.Dispose();
    }

    private static FileStream Open(string path, long length)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 1 << 14);

        if (file.Length < length)
        {
            var actual = file.Length;
            file.Dispose();
            throw new Failure(
                ExitCode.Failed,
                $"{path} is {actual} bytes long where its checkpoint needs {length}; start anew in another folder");
        }

        file.SetLength(length);
        file.Position = length;
        return file;
    }

    private static void Append(FileStream file, string line) => file.Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>The length of a file up to its last line break.</summary>
    private static long WholeLines(string path) => Array.LastIndexOf(File.ReadAllBytes(path), (byte)'\n') + 1;
}

/// <summary>Bytes of the deterministic files at the moment of a checkpoint.</summary>
internal sealed record LogLengths(long Metrics, long Accuracy)
{
    public static readonly LogLengths None = new(0, 0);
}
