using System.Globalization;

namespace Dendrites.Cli;

/// <summary>Colours that the colour-blind can tell apart, on light and on dark.</summary>
internal static class Palette
{
    /// <summary>Okabe and Ito (2008), without black and yellow.</summary>
    private static readonly string[] Lines = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

    /// <summary>Stops of a scale whose lightness rises evenly, as viridis does.</summary>
    private static readonly (double R, double G, double B)[] Stops =
        [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];

    /// <summary>Stops of a scale whose ends are as dark as each other.</summary>
    private static readonly (double R, double G, double B)[] Apart =
        [(33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43)];

    /// <summary>Stops from what steps back to what stands out, on light and on dark.</summary>
    private static readonly (double R, double G, double B)[] Out = [(150, 158, 166), (86, 180, 233), (213, 94, 0)];

    /// <summary>For the curve of that number, from 0.</summary>
    public static string Line(int number) => Lines[number % Lines.Length];

    /// <summary>The dashes of that curve: none until the colours come again.</summary>
    public static IReadOnlyList<double> Dashes(int number) => (number / Lines.Length % 3) switch { 0 => [], 1 => [7, 4], _ => [2, 3] };

    /// <summary>For a share in [0, 1], dark to light.</summary>
    public static string Scale(double share) => Between(Stops, share);

    /// <summary>For a share in [0, 1] of a scale about a middle: blue, light grey, red.</summary>
    public static string Diverging(double share) => Between(Apart, share);

    /// <summary>For a share in [0, 1], grey to vermilion: thin lines of which the high ones are to be found.</summary>
    public static string Shade(double share) => Between(Out, share);

    /// <summary>For text on a colour: black or white, whichever is easier to read (WCAG 2.2, contrast ratio).</summary>
    public static string On(string colour) => Luminance(colour) > 0.179 ? "#000" : "#fff";

    private static string Between((double R, double G, double B)[] stops, double share)
    {
        var at = Math.Clamp(share, 0, 1) * (stops.Length - 1);
        var low = Math.Min((int)at, stops.Length - 2);
        var (a, b, part) = (stops[low], stops[low + 1], at - low);
        byte Mix(double from, double to) => (byte)Math.Round(from + (part * (to - from)));
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(a.R, b.R):x2}{Mix(a.G, b.G):x2}{Mix(a.B, b.B):x2}");
    }

    /// <summary>Relative luminance of #rrggbb, in [0, 1].</summary>
    public static double Luminance(string colour)
    {
        double Part(int from)
        {
            var part = byte.Parse(colour.AsSpan(from, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
    }
}
