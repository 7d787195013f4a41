using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Dendrites.MuJoCo;

/// <summary>
/// What MuJoCo calls when something is wrong. Its own handlers write a log file into the working folder, and wait for Enter
/// before they end the process.
/// </summary>
internal static unsafe partial class Handlers
{
    private const int StandardError = 2;

    /// <summary>The exit code of a run that failed.</summary>
    private const int Failed = 1;

    [ThreadStatic]
    private static string? _warning;

    /// <summary>Makes a loaded library call the handlers below.</summary>
    public static void Set(nint library)
    {
        *(delegate* unmanaged[Cdecl]<byte*, void>*)NativeLibrary.GetExport(library, "mju_user_error") = &OnError;
        *(delegate* unmanaged[Cdecl]<byte*, void>*)NativeLibrary.GetExport(library, "mju_user_warning") = &OnWarning;
    }

    /// <summary>The latest warning of this thread, which is forgotten with that; null when there was none.</summary>
    public static string? TakeWarning()
    {
        var text = _warning;
        _warning = null;
        return text;
    }

    /// <summary>The text in one line.</summary>
    public static string Text(byte* text) => OneLine(Marshal.PtrToStringUTF8((nint)text) ?? "");

    /// <summary>The words of a text, without its line breaks.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>
    /// MuJoCo is in no state to go on and this function may not return to it, nor may an exception: the process ends, with
    /// one line and without what the runtime does at its end, which could wait for the thread that is stuck here.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnError(byte* text)
    {
        try
        {
            var line = Encoding.UTF8.GetBytes($"dendrites: MuJoCo cannot go on: {Text(text)}\n");
            fixed (byte* bytes = line) _ = Write(StandardError, bytes, (nuint)line.Length);
        }
        catch
        {
            // The process ends all the same.
        }

        Exit(Failed);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnWarning(byte* text)
    {
        try
        {
            _warning = Text(text);
        }
        catch
        {
            // Without its text the warning still counts: mjData numbers it.
        }
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, byte* bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
