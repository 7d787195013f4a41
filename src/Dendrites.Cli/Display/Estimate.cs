namespace Dendrites.Cli;

/// <summary>Guesses the time left from what steps and tests took in this process.</summary>
internal sealed class Estimate(long stepsLeft, long testsLeft)
{
    /// <summary>Steps before a guess is worth showing.</summary>
    private const int Few = 5;

    private long _stepsLeft = stepsLeft;
    private long _testsLeft = testsLeft;
    private long _steps;
    private long _tests;
    private double _stepSeconds;
    private double _testSeconds;

    public void Stepped(double seconds)
    {
        // The first step pays for warming up.
        if (_steps++ > 0) _stepSeconds += seconds;
        _stepsLeft--;
    }

    public void Tested(double seconds)
    {
        _tests++;
        _testSeconds += seconds;
        _testsLeft--;
    }

    public TimeSpan? Left()
    {
        if (_steps <= Few) return null;
        var step = _stepSeconds / (_steps - 1);
        // Before the first test: a task's test costs about as much as a handful of steps.
        var test = _tests > 0 ? _testSeconds / _tests : Few * step;
        return TimeSpan.FromSeconds(Math.Max(0, _stepsLeft) * step + Math.Max(0, _testsLeft) * test);
    }
}
