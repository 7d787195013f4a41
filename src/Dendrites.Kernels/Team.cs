namespace Dendrites.Kernels;

/// <summary>
/// Threads that do a phase of work together. The division of the work is each phase's own and fixed, and no number depends
/// on it. A worker that waits spins for a while, since the next phase is mostly microseconds away, then sleeps.
/// </summary>
public sealed class Team : IDisposable
{
    /// <summary>Looks at the door before a waiting worker lies down: some 200 µs.</summary>
    private const int Looks = 4000;

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim[] _doors;
    private readonly int[] _asleep;
    private Action<int>? _work;
    private Exception? _fault;
    private volatile int _round;
    private volatile bool _over;
    private int _busy;

    /// <summary>A team of <paramref name="size"/> threads, the caller's among them.</summary>
    public Team(int size)
    {
        Size = size;
        _doors = [.. Enumerable.Range(0, size).Select(_ => new SemaphoreSlim(0))];
        _asleep = new int[size];
        _workers = [.. Enumerable.Range(1, size - 1).Select(rank => new Thread(() => Serve(rank)) { IsBackground = true, Name = $"dendrites {rank}" })];
        foreach (var worker in _workers) worker.Start();
    }

    /// <summary>Threads, the caller's among them.</summary>
    public int Size { get; }

    /// <summary>Calls <paramref name="work"/> with every rank from 0 to <see cref="Size"/> - 1, each on its own thread, and waits for all.</summary>
    public void Run(Action<int> work)
    {
        ObjectDisposedException.ThrowIf(_over, this);
        if (Size == 1)
        {
            work(0);
            return;
        }

        Exception? fault;
        _work = work;
        Volatile.Write(ref _busy, Size - 1);
        Interlocked.Increment(ref _round);
        for (var rank = 1; rank < Size; rank++)
            if (Interlocked.Exchange(ref _asleep[rank], 0) == 1) _doors[rank].Release();

        try
        {
            work(0);
        }
        finally
        {
            var wait = new SpinWait();
            while (Volatile.Read(ref _busy) > 0) wait.SpinOnce(sleep1Threshold: -1);
            // The workers' stacks keep this team alive; it must not keep alive what they worked on.
            _work = null;
            fault = Interlocked.Exchange(ref _fault, null);
        }

        if (fault is not null) throw new AggregateException(fault);
    }

    /// <summary>The part [from, to) of <paramref name="count"/> things that falls to <paramref name="rank"/>.</summary>
    public (int From, int To) Share(int rank, int count) =>
        ((int)((long)count * rank / Size), (int)((long)count * (rank + 1) / Size));

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_over) return;
        _over = true;
        Interlocked.Increment(ref _round);
        for (var rank = 1; rank < Size; rank++) _doors[rank].Release();
        foreach (var worker in _workers) worker.Join();
        foreach (var door in _doors) door.Dispose();
    }

    private void Serve(int rank)
    {
        var seen = 0;
        while (true)
        {
            Await(rank, seen);
            seen = _round;
            if (_over) return;

            try
            {
                _work!(rank);
            }
            catch (Exception e)
            {
                _fault = e;
            }

            Interlocked.Decrement(ref _busy);
        }
    }

    private void Await(int rank, int seen)
    {
        for (var look = 0; look < Looks; look++)
        {
            if (_round != seen) return;
            Thread.SpinWait(8);
        }

        while (_round == seen)
        {
            Interlocked.Exchange(ref _asleep[rank], 1);
            // A round that began before the line above was written finds nobody asleep: look once more.
            if (_round != seen && Interlocked.Exchange(ref _asleep[rank], 0) == 1) return;
            _doors[rank].Wait();
        }
    }
}
