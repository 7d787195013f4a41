namespace Dendrites.Cli;

/// <summary>Files that are either whole or not there: written aside, synced to the disk, renamed.</summary>
internal static class AtomicFile
{
    /// <summary>How the names of files end that are still being written.</summary>
    public const string Unfinished = ".part";

    /// <summary>Makes <paramref name="path"/> hold what <paramref name="write"/> writes; an error leaves it as it was.</summary>
    public static void Write(string path, Action<FileStream> write)
    {
        var aside = $"{path}.{Guid.NewGuid():N}{Unfinished}";

        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
            Posix.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Removes what processes that were killed left half-written in <paramref name="folder"/>.</summary>
    public static void Sweep(string folder, TimeSpan olderThan)
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + Unfinished))
        {
            if (DateTime.UtcNow - file.LastWriteTimeUtc > olderThan)
                file.Delete();
        }
    }
}
