using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dendrites.Cli;

/// <summary>How far the run in a folder is, by the ends of its logs: cheap enough to be asked every second.</summary>
/// <param name="Share">The share of its work that is done, in [0, 1].</param>
/// <param name="Reached">Tasks learned and tested, or steps of reinforcement learning at its last test.</param>
/// <param name="Score">Mean accuracy over the tasks so far, or mean success, by the last test; null before the first.</param>
internal sealed record RunProgress(double Share, int Reached, double? Score)
{
    /// <summary>Bytes at the end of metrics.jsonl that hold its last lines.</summary>
    private const int Tail = 1 << 14;

    private static readonly RunProgress None = new(0, 0, null);

    public static RunProgress Of(PlannedRun run, string folder)
    {
        if (!File.Exists(Path.Combine(folder, RunFolder.RecordName))) return None;
        var scores = Scores(run, folder);
        var (reached, score) = scores.Count > 0 ? scores[^1] : (0, default(double?));
        return new(Math.Clamp(ShareOf(run, folder), 0, 1), reached, score);
    }

    /// <summary>The score of a run once it had so many tasks or steps behind it; null where it was not tested there.</summary>
    public static double? ScoreAt(PlannedRun run, string folder, int rung)
    {
        var scores = Scores(run, folder);
        var at = ControlConfiguration.Is(run.Experiment) ? scores.FindIndex(score => score.Reached >= rung) : scores.FindIndex(score => score.Reached == rung);
        return at < 0 ? null : scores[at].Score;
    }

    private static List<(int Reached, double? Score)> Scores(PlannedRun run, string folder)
    {
        var control = ControlConfiguration.Is(run.Experiment);
        var path = Path.Combine(folder, control ? RunFolder.SuccessName : RunFolder.AccuracyName);
        var scores = new List<(int, double?)>();
        if (!File.Exists(path)) return scores;
        // Of either table: what was reached, the task, and the share that was right, or successes and episodes.
        var tests = Lines(path).Skip(1)
            .Select(line => line.Split(','))
            .Where(parts => parts.Length == (control ? 5 : 3))
            .Select(parts => (Reached: Number(parts[0]), On: parts[1], Share: control ? Number(parts[2]) / Number(parts[3]) : Number(parts[2])));
        foreach (var row in tests.GroupBy(test => test.Reached))
        {
            var cells = row.Where(cell => control || Number(cell.On) <= row.Key).ToArray();
            if (control || cells.Length == (int)row.Key) scores.Add(((int)row.Key, cells.Average(cell => cell.Share)));
        }

        return scores;
    }

    private static double ShareOf(PlannedRun run, string folder)
    {
        var path = Path.Combine(folder, RunFolder.MetricsName);
        if (!File.Exists(path) || LastEvent(path) is not { } last) return 0;
        double Of(string key) => last[key]?.GetValue<double>() ?? 0;
        double Key(string key) => double.Parse(ConfigJson.Text(run.Config[key]), CultureInfo.InvariantCulture);
        if (ControlConfiguration.Is(run.Experiment)) return Of("steps") / Key("steps");
        if (last["on"] is not null) return Of("after") / Key("tasks");
        return (Of("task") - 1 + (Math.Max(0, Of("epoch") - 1) / Key("epochs"))) / Key("tasks");
    }

    /// <summary>The last whole line that says how far the run is.</summary>
    private static JsonObject? LastEvent(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Max(0, file.Length - Tail);
        var bytes = new byte[Tail];
        // Less where the run goes on and has cut its log meanwhile.
        var count = file.ReadAtLeast(bytes, Tail, throwOnEndOfStream: false);
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, count).Split('\n').Reverse())
        {
            try
            {
                if (line.Length > 0 && JsonNode.Parse(line) is JsonObject json && (json["steps"] ?? json["task"] ?? json["after"]) is JsonValue value && value.GetValueKind() == JsonValueKind.Number)
                    return json;
            }
            catch (JsonException)
            {
                // Half written, or cut at the beginning.
            }
        }

        return null;
    }

    /// <summary>The whole lines of a file that may be written to meanwhile.</summary>
    private static string[] Lines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
