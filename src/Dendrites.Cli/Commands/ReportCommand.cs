namespace Dendrites.Cli;

/// <summary>`dendrites report`: a page with the tables and figures of runs, and the figures as files beside it.</summary>
internal static class ReportCommand
{
    public static int Execute(ReportArguments arguments)
    {
        var runs = KnownRun.Read(arguments.Runs);
        var groups = RunGroup.Of(runs);
        var path = Path.GetFullPath(arguments.Out ?? (runs.Length == 1 ? Path.Combine(runs[0].Folder, "report.html") : "report.html"));
        if (!path.EndsWith(".html", StringComparison.Ordinal)) throw Failure.BadConfig($"--out was '{arguments.Out}'; accepted: a file that ends in .html");

        var together = ReportFigures.Together(groups).ToArray();
        var apart = groups.Index().Select(pair => (pair.Item, (IReadOnlyList<Figure>)[.. ReportFigures.Of(pair.Item, Slug(pair.Index, pair.Item.Name))])).ToArray();
        var folder = Path.Combine(Path.GetDirectoryName(path)!, "figures");
        Directory.CreateDirectory(folder);
        foreach (var figure in together.Concat(apart.SelectMany(part => part.Item2)))
        {
            AtomicFile.WriteText(Path.Combine(folder, figure.Name + ".svg"), Svg.Alone(figure.Drawing));
            AtomicFile.Write(Path.Combine(folder, figure.Name + ".png"), stream => stream.Write(Picture.Png(figure.Drawing)));
        }

        AtomicFile.WriteText(path, ReportPage.Of(groups, together, apart));
        Console.Out.WriteLine($"{RunFolder.Show(path)}, its figures in {RunFolder.Show(folder)}");
        return ExitCode.Ok;
    }

    /// <summary>A file name of letters, digits and dashes, distinct by its number.</summary>
    private static string Slug(int number, string name) =>
        $"{number + 1}-{string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-')}";
}
