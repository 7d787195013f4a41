namespace Dendrites.Cli;

/// <summary>What a report says, before it is a page.</summary>
internal sealed record Report
{
    /// <summary>Letters of a name that figures are called by.</summary>
    private const int Longest = 60;

    public required string Title { get; init; }

    /// <summary>The folders of the runs.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>The tables of all runs together, as HTML.</summary>
    public required string Tables { get; init; }

    /// <summary>The figures of all runs together.</summary>
    public required IReadOnlyList<Figure> Together { get; init; }

    /// <summary>Each experiment by itself.</summary>
    public required IReadOnlyList<ReportPart> Parts { get; init; }

    /// <summary>The experiments as JSON has them.</summary>
    public required IEnumerable<object> Document { get; init; }

    /// <summary>Writes the runs' events for TensorBoard.</summary>
    public required Action WriteEvents { get; init; }

    public IEnumerable<Figure> Figures => Together.Concat(Parts.SelectMany(part => part.Figures));

    /// <summary>The title of some experiments.</summary>
    public static string TitleOf(IReadOnlyList<string> names) => names.Count == 1 ? names[0] : $"{names.Count} experiments";

    /// <summary>What the figures of an experiment are called by: letters, digits and dashes, distinct by its number from 0.</summary>
    public static string Slug(int number, string name)
    {
        var letters = string.Concat(name.Take(Longest).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
        return $"{number + 1}-{letters.Trim('-')}";
    }
}

/// <summary>An experiment of a report: its figures, then its tables as HTML.</summary>
internal sealed record ReportPart(string Name, IReadOnlyList<Figure> Figures, string Tables);
