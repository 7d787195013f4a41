using System.Text;

namespace Dendrites.Cli;

/// <summary>A file of lines that another process writes: what came since it was last read. Half a line waits until it is whole.</summary>
internal sealed class Tail(string path)
{
    private long _read;

    /// <summary>The new lines; where the file was cut, or is gone, all that it has, and <c>Anew</c>.</summary>
    public (bool Anew, string[] Lines) Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var anew = file.Length < _read;
            if (anew) _read = 0;
            file.Position = _read;
            var bytes = new byte[file.Length - _read];
            var text = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
            var whole = text.LastIndexOf((byte)'\n') + 1;
            _read += whole;
            return (anew, Encoding.UTF8.GetString(text[..whole]).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            var anew = _read > 0;
            _read = 0;
            return (anew, []);
        }
    }
}
