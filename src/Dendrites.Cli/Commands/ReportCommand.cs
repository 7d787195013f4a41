namespace Dendrites.Cli;

/// <summary>`dendrites report`: a page with the tables and figures of runs, and the figures as files beside it.</summary>
internal static class ReportCommand
{
    /// <summary>Letters of a name that figures are called by.</summary>
    private const int Longest = 60;

    public static int Execute(ReportArguments arguments)
    {
        var runs = KnownRun.Read(arguments.Runs);
        var groups = RunGroup.Of(runs);
        var path = Page(arguments.Out, runs);
        var together = ReportFigures.Together(groups).ToArray();
        var apart = groups.Index().Select(pair => (pair.Item, (IReadOnlyList<Figure>)[.. ReportFigures.Of(pair.Item, Slug(pair.Index, pair.Item.Name))])).ToArray();
        var folder = Path.Combine(Path.GetDirectoryName(path)!, "figures");
        Directory.CreateDirectory(folder);
        var figures = together.Concat(apart.SelectMany(part => part.Item2)).ToArray();
        foreach (var (name, svg, png) in figures.AsParallel().AsOrdered().Select(figure => (figure.Name, Svg.Alone(figure.Drawing), Picture.Png(figure.Drawing))))
        {
            AtomicFile.WriteText(Path.Combine(folder, name + ".svg"), svg);
            AtomicFile.Write(Path.Combine(folder, name + ".png"), stream => stream.Write(png));
        }

        AtomicFile.WriteText(path, ReportPage.Of(groups, together, apart));
        foreach (var run in arguments.TensorBoard ? runs : []) RunEvents.Write(run);
        var screen = new Screen(Quiet: false, arguments.Json);
        screen.Result($"{RunFolder.Show(path)}, its figures in {RunFolder.Show(folder)}");
        screen.Document(new { page = path, figures = folder, groups = groups.Select(CompareCommand.Document) });
        return ExitCode.Ok;
    }

    /// <summary>--out, or a page in it where it is a folder; else a page in the folder of the only run, or here.</summary>
    private static string Page(string? given, KnownRun[] runs)
    {
        const string Usual = "report.html";
        if (given is null) return Path.GetFullPath(runs.Length == 1 ? Path.Combine(runs[0].Folder, Usual) : Usual);
        if (given.EndsWith(".html", StringComparison.Ordinal) && !Directory.Exists(given)) return Path.GetFullPath(given);
        if (File.Exists(given)) throw Failure.BadConfig($"--out was '{given}'; accepted: a file that ends in .html, or a folder");
        return Path.GetFullPath(Path.Combine(given, Usual));
    }

    /// <summary>A file name of letters, digits and dashes, distinct by its number.</summary>
    private static string Slug(int number, string name)
    {
        var letters = string.Concat(name.Take(Longest).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
        return $"{number + 1}-{letters.Trim('-')}";
    }
}
