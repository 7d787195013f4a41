using System.Globalization;
using System.Net;
using System.Text;

namespace Dendrites.Cli;

/// <summary>Writes SVG, shape by shape. Text and lines take the colour of the page around it, so a figure suits light and dark.</summary>
internal sealed class Svg(double width, double height)
{
    private const string Font = "font-family=\"system-ui, sans-serif\"";

    private readonly StringBuilder _text = new();

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public Svg Line(double x1, double y1, double x2, double y2, string colour = "currentColor", double thick = 1, double opacity = 1, string dashes = "")
    {
        _text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\" ");
        _text.Append(CultureInfo.InvariantCulture, $"stroke=\"{colour}\" stroke-width=\"{Number(thick)}\" stroke-opacity=\"{Number(opacity)}\"{Dashed(dashes)}/>\n");
        return this;
    }

    public Svg Path(IEnumerable<(double X, double Y)> points, string colour, double thick = 2, string dashes = "")
    {
        _text.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{Number(thick)}\"{Dashed(dashes)} points=\"{Points(points)}\"/>\n");
        return this;
    }

    public Svg Area(IEnumerable<(double X, double Y)> points, string colour)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<polygon fill=\"{colour}\" fill-opacity=\"0.2\" points=\"{Points(points)}\"/>\n");
        return this;
    }

    public Svg Rectangle(double x, double y, double w, double h, string colour, string? told = null)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(w)}\" height=\"{Number(h)}\" fill=\"{colour}\"");
        _text.Append(told is null ? "/>\n" : $"><title>{WebUtility.HtmlEncode(told)}</title></rect>\n");
        return this;
    }

    public Svg Dot(double x, double y, string colour, bool open = false, double radius = 3.5)
    {
        var look = open ? $"fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"" : $"fill=\"{colour}\"";
        _text.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"{Number(radius)}\" {look}/>\n");
        return this;
    }

    /// <summary>Text whose start, middle or end is at a point.</summary>
    public Svg Text(double x, double y, string text, string anchor = "start", double size = 12, string colour = "currentColor", bool upright = false)
    {
        var turned = upright ? $" transform=\"rotate(-90 {Number(x)} {Number(y)})\"" : "";
        _text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Number(x)}\" y=\"{Number(y)}\" text-anchor=\"{anchor}\" font-size=\"{Number(size)}\" ");
        _text.Append(CultureInfo.InvariantCulture, $"fill=\"{colour}\"{turned}>{WebUtility.HtmlEncode(text)}</text>\n");
        return this;
    }

    /// <summary>The whole figure; its title is what a reader hears that sees no picture.</summary>
    public string Close(string title) => string.Create(CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Number(width)} {Number(height)}\" role=\"img\" style=\"max-width:{Number(width)}px\" {Font}>\n<title>{WebUtility.HtmlEncode(title)}</title>\n{_text}</svg>\n");

    private static string Dashed(string dashes) => dashes.Length == 0 ? "" : $" stroke-dasharray=\"{dashes}\"";

    private static string Points(IEnumerable<(double X, double Y)> points) =>
        string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}"));
}
