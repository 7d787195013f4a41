namespace Dendrites.Cli;

/// <summary>A figure: a file name without its ending, a caption, and the picture, which has the title.</summary>
internal sealed record Figure(string Name, string Caption, Drawing Drawing)
{
    public string Title => Drawing.Title;
}
