using System.Globalization;
using System.Net;

namespace Dendrites.Cli;

/// <summary>A cell of a table: what it says, and whether it is a number, which stands to the right, or a sentence, which is wrapped.</summary>
internal readonly record struct Cell(string Text, string Kind)
{
    public static Cell Word(string text) => new(text, "");

    public static Cell Number(string text) => new(text, "number");

    public static Cell Sentence(string text) => new(text, "sentence");

    /// <summary>A number, or words.</summary>
    public static Cell Value(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out _) ? Number(text) : Word(text);

    public static Cell[] Words(params string[] texts) => Array.ConvertAll(texts, Word);

    public static Cell[] Numbers(params string[] texts) => Array.ConvertAll(texts, Number);
}

/// <summary>A table as HTML, which scrolls where it is too wide.</summary>
internal static class HtmlTable
{
    /// <summary>The first cell of a row is its head.</summary>
    public static string Of(string caption, Cell[] head, IEnumerable<Cell[]> rows)
    {
        var body = rows.Select(row => $"<tr>{string.Concat(row.Index().Select(pair => Tag(pair.Index == 0 ? "th scope=\"row\"" : "td", pair.Item)))}</tr>\n");
        return $"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{Safe(caption)}\"><table>\n<caption>{Safe(caption)}</caption>\n"
            + $"<thead><tr>{string.Concat(head.Select(cell => Tag("th scope=\"col\"", cell)))}</tr></thead>\n<tbody>\n{string.Concat(body)}</tbody>\n</table></div>\n";
    }

    /// <summary>Text that means itself in HTML.</summary>
    public static string Safe(string text) => WebUtility.HtmlEncode(text);

    private static string Tag(string tag, Cell cell) =>
        $"<{tag}{(cell.Kind.Length > 0 ? $" class=\"{cell.Kind}\"" : "")}>{Safe(cell.Text)}</{tag[..2]}>";
}
