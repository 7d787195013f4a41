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

    /// <summary>For the curve of that number, from 0.</summary>
    public static string Line(int number) => Lines[number % Lines.Length];

    /// <summary>The dashes of that curve: none until the colours come again.</summary>
    public static string Dashes(int number) => (number / Lines.Length % 3) switch { 0 => "", 1 => "7 4", _ => "2 3" };

    /// <summary>For a share in [0, 1], dark to light.</summary>
    public static string Scale(double share)
    {
        var at = Math.Clamp(share, 0, 1) * (Stops.Length - 1);
        var low = Math.Min((int)at, Stops.Length - 2);
        var (a, b, part) = (Stops[low], Stops[low + 1], at - low);
        byte Mix(double from, double to) => (byte)Math.Round(from + (part * (to - from)));
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(a.R, b.R):x2}{Mix(a.G, b.G):x2}{Mix(a.B, b.B):x2}");
    }

    /// <summary>For text on `Scale(share)`.</summary>
    public static string On(double share) => share > 0.6 ? "#000" : "#fff";
}
