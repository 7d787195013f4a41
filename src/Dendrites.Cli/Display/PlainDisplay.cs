using System.Diagnostics;

namespace Dendrites.Cli;

/// <summary>A line every ten seconds and one for each evaluation: for pipes, logs and simple terminals.</summary>
internal sealed class PlainDisplay(Action<string> line) : IDisplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private int _shownAfter;
    private bool _titled;

    public void Show(IStanding progress)
    {
        if (!_titled) line(progress.Title);
        _titled = true;

        if (progress.Tests > _shownAfter)
        {
            _shownAfter = progress.Tests;
            line(progress.Found);
            _sinceLine.Restart();
        }
        else if (_sinceLine.Elapsed >= Pause)
        {
            line(progress.Doing);
            _sinceLine.Restart();
        }
    }
}
