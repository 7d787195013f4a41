using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>metrics.jsonl as a table in long form: a row for each thing that happened, empty where a column has nothing to say.</summary>
internal static class EventTable
{
    /// <summary>Writes the table of the run in a folder; the number of its rows below the header.</summary>
    public static int Write(string folder, string to)
    {
        var (columns, rows) = KnownControlRun.Is(folder)
            ? ControlEventRows.Of(KnownControlRun.Read(folder))
            : (ContinualEventRows.Columns, ContinualEventRows.Of(KnownRun.Read(folder)));
        var count = 0;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        AtomicFile.Write(to, file =>
        {
            void Line(IEnumerable<string> cells) => file.Write(Encoding.UTF8.GetBytes(string.Join(',', cells) + "\n"));
            Line(columns);
            foreach (var row in rows)
            {
                Line(columns.Select(column => row.GetValueOrDefault(column, "")));
                count++;
            }
        });
        return count;
    }

    /// <summary>The rows that <paramref name="rowsOf"/> makes of each whole line of a run's log. Fails, naming the line, where one cannot be read.</summary>
    public static IEnumerable<Dictionary<string, string>> Rows(
        string folder, Func<string, JsonElement, IEnumerable<Dictionary<string, string>>> rowsOf)
    {
        var path = Path.Combine(folder, RunFolder.MetricsName);
        return new Tail(path).Read().Lines.Index().SelectMany(line =>
        {
            try
            {
                using var json = JsonDocument.Parse(line.Item);
                return Story.EventOf(json.RootElement) is { } happened ? rowsOf(happened, json.RootElement) : [];
            }
            catch (JsonException e)
            {
                throw Failure.BadData($"{RunFolder.Show(Path.GetFullPath(path))}, line {line.Index + 1}, cannot be read: {e.Message}");
            }
        });
    }

    /// <summary>A row of cells by the names of their columns; one that is null is empty.</summary>
    public static Dictionary<string, string> Row(string happened, params (string Column, object? Value)[] cells)
    {
        var row = cells.Where(cell => cell.Value is not null).ToDictionary(cell => cell.Column, cell => Cell(cell.Value!));
        row["event"] = happened;
        return row;
    }

    /// <summary>Numbers as any program reads them back without loss.</summary>
    private static string Cell(object value) => value switch
    {
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        bool yes => yes ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
