using Dendrites.MuJoCo;

namespace Dendrites.Cli;

/// <summary>Pictures of episodes, one after another.</summary>
internal sealed class Film(int width, int height, int every, string? camera)
{
    /// <summary>A control step, in milliseconds.</summary>
    private const double Step = 12.5;

    /// <summary>Steps that are still shown once the task was done.</summary>
    private const int Afterwards = 40;

    private const double BallRadius = 0.02;

    /// <summary>From the front and above, over the table.</summary>
    private static readonly Viewpoint Usual = new Viewpoint.Around(0, 0.65, 0.1, 1.6, 135, -28);

    private readonly List<byte[]> _pictures = [];

    public int Count => _pictures.Count;

    /// <summary>What drew them.</summary>
    public string Graphics { get; private set; } = "";

    /// <summary>Shows an episode, to its end or until some time after its task was done; what became of it.</summary>
    public Shown Add(Scene scene, CancellationToken cancel)
    {
        using var environment = new MetaWorld.TaskEnvironment(scene.Config);
        environment.Reset(scene.Vector);
        using var renderer = RendererOf(environment, scene.Config.Model);
        Graphics = renderer.Graphics;
        int? done = null;
        var earned = 0.0;
        var first = Count;
        Shoot(renderer, environment);
        for (var step = 1; step <= scene.Config.Horizon && step <= (done ?? int.MaxValue - Afterwards) + Afterwards; step++)
        {
            cancel.ThrowIfCancellationRequested();
            var outcome = scene.Act(environment);
            earned += outcome.Reward;
            if (outcome.Success) done ??= step;
            if (step % every == 0) Shoot(renderer, environment);
        }

        return new(scene.Config.Task.Name, scene.Goal, done, environment.Steps, earned, Count - first);
    }

    /// <summary>Writes an animated picture, or, to a folder, a picture each.</summary>
    public void Write(string path)
    {
        if (IsAnimation(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, file => AnimatedPng.Write(file, width, height, _pictures, (int)Math.Round(every * Step)));
            return;
        }

        Directory.CreateDirectory(path);
        foreach (var (number, picture) in _pictures.Index())
            AtomicFile.Write(Path.Combine(path, $"{number:00000}.png"), file => file.Write(Png.Encode(width, height, picture)));
    }

    public static bool IsAnimation(string path) => path.EndsWith(".png", StringComparison.Ordinal);

    private Renderer RendererOf(MetaWorld.TaskEnvironment environment, MetaWorld.SceneModel model)
    {
        // Of our own models group 4 has the shapes that touch, which are all there is to see; Meta-World's has meshes before them.
        int[] groups = model.IsGenuine ? [0, 1, 2] : [0, 1, 2, 4];
        try
        {
            return new(environment.Simulation.Model, width, height, camera is null ? Usual : new Viewpoint.Camera(camera), groups);
        }
        catch (ArgumentException) when (camera is not null)
        {
            var known = environment.Simulation.Model.Names(ObjectKind.Camera);
            throw Failure.BadConfig($"camera was '{camera}'; accepted: {string.Join(", ", known)}");
        }
    }

    private void Shoot(Renderer renderer, MetaWorld.TaskEnvironment environment)
    {
        var picture = new byte[3 * width * height];
        var goal = environment.Episode.Goal;
        renderer.Draw(environment.Simulation, [new(goal.X, goal.Y, goal.Z, BallRadius)], picture);
        _pictures.Add(picture);
    }
}

/// <summary>What became of an episode.</summary>
/// <param name="Task">Which task.</param>
/// <param name="Goal">Which goal, from 0.</param>
/// <param name="Done">The first step, from 1, at whose end the task was done; null for never.</param>
/// <param name="Steps">Steps that were made.</param>
/// <param name="Return">The sum of their rewards.</param>
/// <param name="Pictures">Pictures of it.</param>
internal sealed record Shown(string Task, int Goal, int? Done, int Steps, double Return, int Pictures)
{
    public string Text()
    {
        var done = Done is { } step ? $"done at step {step}" : "not done";
        return Words.Invariant($"{Task,-22} goal {Goal,-3} {done,-18} return {Return:0.0} over {Steps} steps, {Words.Several(Pictures, "picture")}");
    }
}
