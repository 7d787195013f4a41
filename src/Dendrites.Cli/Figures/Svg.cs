using System.Globalization;
using System.Net;
using System.Text;

namespace Dendrites.Cli;

/// <summary>Drawings as SVG.</summary>
internal static class Svg
{
    /// <summary>How much larger than its own size a figure may be shown.</summary>
    private const double Largest = 1.25;

    /// <summary>For a file of its own, which no page gives a colour.</summary>
    private const string Own = "<style>svg{color:#1b1f24}@media(prefers-color-scheme:dark){svg{color:#e6edf3}}</style>\n";

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>As it stands in a page, whose colour it takes.</summary>
    public static string Inline(Drawing drawing) => Of(drawing, "");

    /// <summary>As a file.</summary>
    public static string Alone(Drawing drawing) => Of(drawing, Own);

    private static string Of(Drawing drawing, string style)
    {
        var text = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\"");
        text.Append($" viewBox=\"0 0 {Number(drawing.Width)} {Number(drawing.Height)}\" style=\"max-width:{Number(drawing.Width * Largest)}px\"");
        text.Append($" role=\"img\" font-family=\"system-ui, sans-serif\">\n<title>{Safe(drawing.Title)}</title>\n{style}");
        foreach (var shape in drawing.Shapes) text.Append(Element(shape)).Append('\n');
        return text.Append("</svg>\n").ToString();
    }

    private static string Element(Shape shape) => shape switch
    {
        Stroke line => $"<polyline fill=\"none\" stroke=\"{line.Colour}\" stroke-width=\"{Number(line.Thick)}\"{Opacity("stroke", line.Opacity)}{Dashed(line.Dashes)} points=\"{Points(line.Points)}\"/>",
        Area area => $"<polygon fill=\"{area.Colour}\"{Opacity("fill", area.Opacity)} points=\"{Points(area.Points)}\"/>",
        Box box => $"<rect x=\"{Number(box.X)}\" y=\"{Number(box.Y)}\" width=\"{Number(box.Width)}\" height=\"{Number(box.Height)}\" fill=\"{box.Colour}\"{(box.Told is null ? "/>" : $"><title>{Safe(box.Told)}</title></rect>")}",
        Disc disc => $"<circle cx=\"{Number(disc.X)}\" cy=\"{Number(disc.Y)}\" r=\"{Number(disc.Radius)}\" {(disc.Open ? $"fill=\"none\" stroke=\"{disc.Colour}\" stroke-width=\"1.5\"" : $"fill=\"{disc.Colour}\"")}/>",
        Label label => $"<text x=\"{Number(label.X)}\" y=\"{Number(label.Y)}\"{Anchored(label.Anchor)} font-size=\"{Number(label.Size)}\" fill=\"{label.Colour}\"{(label.Upright ? $" transform=\"rotate(-90 {Number(label.X)} {Number(label.Y)})\"" : "")}>{Safe(label.Text)}</text>",
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    private static string Opacity(string of, double share) => share < 1 ? $" {of}-opacity=\"{Number(share)}\"" : "";

    private static string Dashed(IReadOnlyList<double> dashes) => dashes.Count == 0 ? "" : $" stroke-dasharray=\"{string.Join(' ', dashes.Select(Number))}\"";

    private static string Anchored(Anchor anchor) => anchor switch
    {
        Anchor.Middle => " text-anchor=\"middle\"",
        Anchor.End => " text-anchor=\"end\"",
        _ => "",
    };

    private static string Points(IEnumerable<(double X, double Y)> points) =>
        string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}"));

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
