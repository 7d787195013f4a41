namespace Dendrites.Cli;

/// <summary>A key and its value as text, and where it was said, such as "sweep.toml line 3".</summary>
internal sealed record Setting(string Key, string Value, string? Source = null);
