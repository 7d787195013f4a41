namespace Dendrites.Cli;

/// <summary>How much a command says, and how: live bars, plain lines, or only what was asked for.</summary>
internal sealed record Screen(bool Quiet, bool Json)
{
    /// <summary>A note on what happens; silent where only the result counts.</summary>
    public void Say(string line)
    {
        if (!Quiet && !Json) Console.Out.WriteLine(line);
    }

    /// <summary>The result, in words; silent where JSON is asked for.</summary>
    public void Result(string text)
    {
        if (!Json) Console.Out.WriteLine(text);
    }

    /// <summary>The one document of --json.</summary>
    public void Document<T>(T document)
    {
        if (Json) Console.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(document, Cli.Json.Document));
    }

    /// <summary>Something that the user should know and that ends nothing.</summary>
    public static void Warn(string line) => Console.Error.WriteLine($"dendrites: {line}");

    /// <summary>Runs <paramref name="work"/> with the display that suits where the output goes.</summary>
    public T Watch<T>(Func<IDisplay, T> work)
    {
        if (Quiet || Json) return work(new NoDisplay());
        return IsLive ? LiveDisplay.Run(work) : work(new PlainDisplay(Console.Out.WriteLine));
    }

    /// <summary>Whether to draw on a terminal what is told elsewhere in lines.</summary>
    public bool IsLive => !Quiet && !Json && IsTerminal();

    public static bool IsTerminal() =>
        !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb")
        && Environment.GetEnvironmentVariable("CI") is null or "";
}
