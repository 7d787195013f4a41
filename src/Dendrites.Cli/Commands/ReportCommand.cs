namespace Dendrites.Cli;

/// <summary>`dendrites report`: a page with the tables and figures of runs, and the figures as files beside it.</summary>
internal static class ReportCommand
{
    public static int Execute(ReportArguments arguments)
    {
        var report = ControlComparison.Applies(arguments.Runs) ? ControlReport.Of(arguments.Runs) : ContinualReport.Of(arguments.Runs);
        var path = Page(arguments.Out, report.Runs);
        var folder = Path.Combine(Path.GetDirectoryName(path)!, "figures");
        Directory.CreateDirectory(folder);
        foreach (var (name, svg, png) in report.Figures.ToArray().AsParallel().AsOrdered().Select(figure => (figure.Name, Svg.Alone(figure.Drawing), Picture.Png(figure.Drawing))))
        {
            AtomicFile.WriteText(Path.Combine(folder, name + ".svg"), svg);
            AtomicFile.Write(Path.Combine(folder, name + ".png"), stream => stream.Write(png));
        }

        AtomicFile.WriteText(path, ReportPage.Of(report));
        if (arguments.TensorBoard) report.WriteEvents();
        var screen = new Screen(Quiet: false, arguments.Json);
        screen.Result($"{RunFolder.Show(path)}, its figures in {RunFolder.Show(folder)}");
        screen.Document(new { page = path, figures = folder, groups = report.Document });
        return ExitCode.Ok;
    }

    /// <summary>--out, or a page in it where it is a folder; else a page in the folder of the only run, or here.</summary>
    private static string Page(string? given, IReadOnlyList<string> runs)
    {
        const string Usual = "report.html";
        if (given is null) return Path.GetFullPath(runs.Count == 1 ? Path.Combine(runs[0], Usual) : Usual);
        if (given.EndsWith(".html", StringComparison.Ordinal) && !Directory.Exists(given)) return Path.GetFullPath(given);
        if (File.Exists(given)) throw Failure.BadConfig($"--out was '{given}'; accepted: a file that ends in .html, or a folder");
        return Path.GetFullPath(Path.Combine(given, Usual));
    }
}
