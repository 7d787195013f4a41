using System.Runtime.ExceptionServices;
using Dendrites.Kernels;

namespace Dendrites.MuJoCo;

/// <summary>
/// Threads among which numbered pieces of work are dealt: thread r of n does pieces r, r + n, r + 2n and so on, always. Where
/// pieces touch nothing of each other, the result is the same whatever the number of threads. Rounds allocate nothing.
/// </summary>
public sealed class Crew : IDisposable
{
    private readonly Team _team;
    private readonly Action<int> _perform;
    private Exception?[] _faults = [];
    private Action<int>? _work;
    private int _count;

    /// <summary>A crew of so many threads, the caller's among them. Raises ArgumentOutOfRangeException for less than one.</summary>
    public Crew(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _team = new(threads);
        _perform = Perform;
    }

    /// <summary>The number of threads.</summary>
    public int Threads => _team.Size;

    /// <summary>
    /// Calls <paramref name="work"/> with every number from 0 to <paramref name="count"/> - 1, and waits for all. When pieces
    /// fail, the others are done all the same, and the failure of the lowest number is raised.
    /// </summary>
    public void Each(int count, Action<int> work)
    {
        if (_faults.Length < count) _faults = new Exception?[count];
        _work = work;
        _count = count;

        try
        {
            _team.Run(_perform);
        }
        finally
        {
            // The threads' stacks keep this crew alive; it must not keep alive what they worked on.
            _work = null;
        }

        for (var i = 0; i < count; i++)
        {
            if (_faults[i] is not { } fault) continue;
            Array.Clear(_faults);
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => _team.Dispose();

    private void Perform(int rank)
    {
        for (var i = rank; i < _count; i += _team.Size)
        {
            try
            {
                _work!(i);
            }
            catch (Exception e)
            {
                _faults[i] = e;
            }
        }
    }
}
