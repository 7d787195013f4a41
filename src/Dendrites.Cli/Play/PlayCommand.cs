namespace Dendrites.Cli;

/// <summary>`dendrites play`: a policy, or a scripted one, at work, as pictures.</summary>
internal static class PlayCommand
{
    private const int UsualWidth = 320, UsualHeight = 240, UsualEvery = 4, Largest = 4096;

    private const string UsualFile = "play.png";

    public static int Execute(PlayArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        if (arguments.Goal >= MetaWorld.Goals.count) throw Failure.BadConfig($"goal was '{arguments.Goal}'; accepted: a whole number from 0 to {MetaWorld.Goals.count - 1}");
        foreach (var (name, size) in new[] { ("width", arguments.Width), ("height", arguments.Height) })
            if (size > Largest) throw Failure.BadConfig($"{name} was '{size}'; accepted: a whole number from 1 to {Largest}");
        var path = Path.GetFullPath(arguments.Out ?? UsualFile);
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw Failure.BadConfig($"{RunFolder.Show(path)} is there already; accepted for --out: a new file that ends in .png, or a new folder");

        MuJoCo.MuJoCoLibrary.Load();
        using var interruption = new Interruption();
        var scenes = arguments.Oracle is null ? Scene.Learned(arguments) : Scene.Scripted(arguments);
        var film = new Film(arguments.Width ?? UsualWidth, arguments.Height ?? UsualHeight, arguments.Every ?? UsualEvery, arguments.Camera);
        var shown = new List<Shown>();
        foreach (var scene in scenes)
        {
            shown.Add(film.Add(scene, interruption.Token));
            screen.Result(shown[^1].Text());
        }

        film.Write(path);
        screen.Result($"{RunFolder.Show(path)}: {Words.Several(film.Count, "picture")}, drawn by {film.Graphics}");
        screen.Document(new { file = path, pictures = film.Count, graphics = film.Graphics, episodes = shown });
        return ExitCode.Ok;
    }
}
