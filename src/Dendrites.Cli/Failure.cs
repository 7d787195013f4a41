using Dendrites.MuJoCo;

namespace Dendrites.Cli;

/// <summary>Ends the command: an exit code, and one line: what was wrong, where, and what is accepted.</summary>
internal sealed class Failure(int code, string line, Exception? cause = null) : Exception(OneLine(line), cause)
{
    public int Code { get; } = code;

    public static Failure BadConfig(string line) => new(ExitCode.BadConfig, line);

    public static Failure BadData(string line) => new(ExitCode.BadData, line);

    /// <summary>All problems in one line.</summary>
    public static Failure BadConfig(IEnumerable<Problem> problems) => BadConfig(string.Join("; ", problems));

    /// <summary>What became of a run or a command, from any exception.</summary>
    public static Failure Of(Exception e) => e switch
    {
        Failure failure => failure,
        MuJoCoLoadException or RenderingException => new(ExitCode.BadData, e.Message, e),
        OperationCanceledException => new(ExitCode.Interrupted, "interrupted", e),
        _ => new(ExitCode.Failed, Describe(e), e),
    };

    private const StringSplitOptions Words = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    private static string Describe(Exception e) => e switch
    {
        NativeLoadException or ShapeException or ModelException or SimulationException or IOException or UnauthorizedAccessException => e.Message,
        OutOfMemoryException => "out of memory",
        _ => $"{e.GetType().Name}: {e.Message}",
    };

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], Words));
}
