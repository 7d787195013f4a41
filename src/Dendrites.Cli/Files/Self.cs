using System.Diagnostics;

namespace Dendrites.Cli;

/// <summary>This program, started anew: work in a process of its own has its own peak of memory, and its end ends nothing else.</summary>
internal static class Self
{
    /// <summary>How to start it with the words of a command line.</summary>
    public static ProcessStartInfo With(IEnumerable<string> words) => new(Environment.ProcessPath!, [.. Program(), .. words]);

    /// <summary>What stands before the words: nothing, or the program, where `dotnet` runs it.</summary>
    private static IEnumerable<string> Program() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
}
