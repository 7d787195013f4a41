namespace Dendrites.Cli;

/// <summary>Columns as wide as what they hold: the first to the left, the others to the right where every cell is a number.</summary>
internal static class TextTable
{
    /// <summary>The rows, the first of them the header.</summary>
    public static string Of(IReadOnlyList<string[]> rows)
    {
        var columns = Enumerable.Range(0, rows[0].Length).ToArray();
        var widths = Array.ConvertAll(columns, column => rows.Max(row => row[column].Length));
        var right = Array.ConvertAll(columns, column => column > 0 && rows.Skip(1).All(row => IsNumber(row[column])));
        return string.Join('\n', rows.Select(row => string
            .Join("  ", columns.Select(column => right[column] ? row[column].PadLeft(widths[column]) : row[column].PadRight(widths[column])))
            .TrimEnd()));
    }

    private static bool IsNumber(string cell) => cell == "-" || char.IsAsciiDigit(cell[0]) || cell[0] is '+' or '-';
}
