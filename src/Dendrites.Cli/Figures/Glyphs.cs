using System.Globalization;

namespace Dendrites.Cli;

/// <summary>The letters of PNG files, which must not depend on the fonts of a machine: outlines from Glyphs.txt.</summary>
internal static class Glyphs
{
    /// <summary>A character: its width, and closed outlines, y upwards; all in parts of the size of the text.</summary>
    private sealed record Glyph(double Width, IReadOnlyList<IReadOnlyList<(double X, double Y)>> Outlines);

    private const double Em = 256;

    private const char Unknown = '?';

    private static readonly Lazy<Dictionary<char, Glyph>> Known = new(Read);

    /// <summary>The width of a text of size 1.</summary>
    public static double Width(string text) => text.Sum(letter => Of(letter).Width);

    /// <summary>The outlines of a text of size 1 that starts at the origin, y upwards.</summary>
    public static IEnumerable<IReadOnlyList<(double X, double Y)>> Outlines(string text)
    {
        var left = 0.0;
        foreach (var letter in text)
        {
            var (glyph, start) = (Of(letter), left);
            foreach (var outline in glyph.Outlines) yield return [.. outline.Select(point => (start + point.X, point.Y))];
            left += glyph.Width;
        }
    }

    private static Glyph Of(char letter) => Known.Value.GetValueOrDefault(letter) ?? Known.Value[Unknown];

    private static Dictionary<char, Glyph> Read()
    {
        using var stream = typeof(Glyphs).Assembly.GetManifestResourceStream("Glyphs.txt")!;
        using var reader = new StreamReader(stream);
        var glyphs = new Dictionary<char, Glyph>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var parts = line.Split('|', StringSplitOptions.TrimEntries);
            var head = parts[0].Split(' ');
            glyphs[(char)int.Parse(head[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)] =
                new(Number(head[1]), [.. parts.Skip(1).Select(Outline)]);
        }

        return glyphs;
    }

    private static IReadOnlyList<(double X, double Y)> Outline(string text) =>
        [.. text.Split(' ').Select(point => point.Split(',')).Select(point => (Number(point[0]), Number(point[1])))];

    private static double Number(string text) => int.Parse(text, CultureInfo.InvariantCulture) / Em;
}
