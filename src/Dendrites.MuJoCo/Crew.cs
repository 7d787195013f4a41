using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Dendrites.MuJoCo;

/// <summary>
/// Threads that do numbered pieces of work together. Of n threads, thread r takes the pieces r, r + n, r + 2n and so on, then what
/// the others have not begun: so pieces mostly stay with their thread, and where another program has the core of one, the rest need
/// not wait for it. Where pieces touch nothing of each other, the result is the same whoever does them. Rounds allocate nothing.
/// </summary>
public sealed class Crew : IDisposable
{
    /// <summary>Looks for work before a waiting thread lies down: some 200 µs.</summary>
    private const int Looks = 4000;

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim[] _doors;
    private readonly int[] _asleep;
    private Exception?[] _faults = [];

    /// <summary>The round that last took each piece.</summary>
    private long[] _taken = [];

    private Action<int>? _work;
    private int _count;
    private int _done;

    /// <summary>Odd while a round is open, during which the fields above stand still.</summary>
    private long _round;

    private volatile bool _over;

    /// <summary>A crew of so many threads, the caller's among them. Raises ArgumentOutOfRangeException for less than one.</summary>
    public Crew(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _doors = [.. Enumerable.Range(0, threads).Select(_ => new SemaphoreSlim(0))];
        _asleep = new int[threads];
        _workers = [.. Enumerable.Range(1, threads - 1).Select(rank => new Thread(() => Serve(rank)) { IsBackground = true, Name = $"simulation {rank}" })];
        foreach (var worker in _workers) worker.Start();
    }

    /// <summary>The number of threads.</summary>
    public int Threads { get; }

    /// <summary>
    /// Calls <paramref name="work"/> with every number from 0 to <paramref name="count"/> - 1, and waits for all. When pieces
    /// fail, the others are done all the same, and the failure of the lowest number is raised. For one thread at a time.
    /// </summary>
    public void Each(int count, Action<int> work)
    {
        ObjectDisposedException.ThrowIf(_over, this);
        if (_taken.Length < count) (_taken, _faults) = (new long[count], new Exception?[count]);
        _count = count;
        _done = 0;
        Volatile.Write(ref _work, work);
        var round = Interlocked.Increment(ref _round);
        for (var rank = 1; rank < Threads; rank++)
            if (Interlocked.Exchange(ref _asleep[rank], 0) == 1) _doors[rank].Release();

        Perform(0, round, work, count, _taken);
        var wait = new SpinWait();
        while (Volatile.Read(ref _done) < count) wait.SpinOnce(sleep1Threshold: -1);
        Interlocked.Increment(ref _round);
        // The threads' stacks keep this crew alive; it must not keep alive what they worked on.
        _work = null;

        for (var i = 0; i < count; i++)
        {
            if (_faults[i] is not { } fault) continue;
            Array.Clear(_faults);
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_over) return;
        _over = true;
        for (var rank = 1; rank < Threads; rank++) _doors[rank].Release();
        foreach (var worker in _workers) worker.Join();
        foreach (var door in _doors) door.Dispose();
    }

    private void Perform(int rank, long round, Action<int> work, int count, long[] taken)
    {
        for (var i = rank; i < count; i += Threads) Take(i, round, work, taken);
        for (var i = count - 1; i >= 0; i--) Take(i, round, work, taken);
    }

    /// <summary>Does a piece unless it is taken. A round ends when all its pieces are done, so whoever comes late finds none.</summary>
    private void Take(int piece, long round, Action<int> work, long[] taken)
    {
        var before = Volatile.Read(ref taken[piece]);
        if (before >= round || Interlocked.CompareExchange(ref taken[piece], round, before) != before) return;

        try
        {
            work(piece);
        }
        catch (Exception e)
        {
            _faults[piece] = e;
        }

        Interlocked.Increment(ref _done);
    }

    private void Serve(int rank)
    {
        var seen = 0L;
        while (!_over)
        {
            seen = Await(rank, seen);
            Join(rank, seen);
        }
    }

    /// <summary>Does its share of a round. Apart from the loop, whose stack must not keep alive what was worked on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Join(int rank, long round)
    {
        var work = Volatile.Read(ref _work);
        var count = Volatile.Read(ref _count);
        var taken = Volatile.Read(ref _taken);
        // What was read while the round was not open may belong to two rounds.
        if (work is not null && Volatile.Read(ref _round) == round) Perform(rank, round, work, count, taken);
    }

    /// <summary>Waits for an open round other than <paramref name="seen"/>, or for the end.</summary>
    private long Await(int rank, long seen)
    {
        for (var look = 0; look < Looks; look++)
        {
            var round = Volatile.Read(ref _round);
            if (_over || IsNew(round)) return round;
            Thread.SpinWait(8);
        }

        while (true)
        {
            Interlocked.Exchange(ref _asleep[rank], 1);
            // A round that began before the line above was written finds nobody asleep: look once more.
            var round = Volatile.Read(ref _round);
            if ((_over || IsNew(round)) && Interlocked.Exchange(ref _asleep[rank], 0) == 1) return round;
            _doors[rank].Wait();
            round = Volatile.Read(ref _round);
            if (_over || IsNew(round)) return round;
        }

        bool IsNew(long round) => (round & 1) == 1 && round != seen;
    }
}
