using System.Diagnostics;

namespace Dendrites.Cli;

/// <summary>A file that one process at a time holds; it stays when it is let go, and means nothing then.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Takes hold of a file, made where it is not there, until what is returned is disposed. Waits for another that has it, and raises
    /// IOException when that takes longer than <paramref name="patience"/>.
    /// </summary>
    public static FileStream Take(string path, TimeSpan patience)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && Stopwatch.GetElapsedTime(since) < patience)
            {
                Thread.Sleep(Pause);
            }
        }
    }
}
