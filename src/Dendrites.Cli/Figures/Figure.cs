namespace Dendrites.Cli;

/// <summary>A figure: a file name without its ending, a caption, and the picture, which has the title.</summary>
internal sealed record Figure(string Name, string Caption, Drawing Drawing)
{
    /// <summary>Whether it stands at the left, the next one beside it.</summary>
    public bool BeginsRow { get; init; }

    public string Title => Drawing.Title;
}
