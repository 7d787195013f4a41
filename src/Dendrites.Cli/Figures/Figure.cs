namespace Dendrites.Cli;

/// <summary>A figure: a file name without its ending, a title, a caption, and the picture.</summary>
internal sealed record Figure(string Name, string Title, string Caption, string Svg);
