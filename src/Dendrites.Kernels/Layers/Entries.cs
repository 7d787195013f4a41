using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>
/// What a level (the input, or the output of a hidden layer) says about a batch: only the units that are not at the
/// background. Winners-only products rest on it: a unit that did not win contributes nothing to the next layer, and none of
/// its weights gets a gradient through it. By sample for the products and by unit for the gradients. Where many units speak, whole
/// rows stand beside the lists, or, behind a rectifier, instead of them (see <see cref="DenseKernels{TSimd, TVector}"/>).
/// </summary>
internal sealed unsafe class Entries : IDisposable
{
    /// <summary>Samples from which rows can be quicker than lists.</summary>
    private const int DenseSamples = 4;

    private readonly NativeArray<int> _count, _unit, _unitCount, _sample, _live;
    private readonly NativeArray<float> _value, _delta, _unitValue;
    private readonly NativeArray<int> _last;
    private readonly NativeArray<byte> _kept;
    private readonly int _capacity;
    private NativeArray<float> _row = new(0);
    private int _keptStride;

    public Entries(int units, int capacity)
    {
        Units = units;
        _capacity = capacity;
        Stride = Tile.OddLines(units);
        RowStride = Tile.OddLines(Tile.Count(units) * Tile.Width);
        UnitStride = Tile.OddLines(capacity);
        _count = new(capacity);
        _unit = new((long)Stride * capacity);
        _value = new((long)Stride * capacity);
        _delta = new((long)Stride * capacity);
        _unitCount = new(units);
        _sample = new((long)UnitStride * units);
        _unitValue = new((long)UnitStride * units);
        _live = new(units);
        _last = new(units);
        _kept = new((long)units * BytesOf(capacity));
    }

    public int Units { get; }

    /// <summary>From the list of one sample to the next.</summary>
    public int Stride { get; }

    /// <summary>From the list of one unit to the next.</summary>
    public int UnitStride { get; }

    /// <summary>What every unit that is not listed says. Zero above the input; there, the pixel of an empty place.</summary>
    public float Background { get; set; }

    /// <summary>The background of the batch that the units' lists are of.</summary>
    public float ListedBackground { get; private set; }

    /// <summary>From the row of one sample to the next: whole tiles.</summary>
    public int RowStride { get; }

    /// <summary>Where the batch stands.</summary>
    public Form Form { get; private set; }

    /// <summary>Where the batch stood that the units' lists are of.</summary>
    public Form ListedForm { get; private set; }

    /// <summary>[unit], whole tiles: how far above the background each is in a sample.</summary>
    public float* Row(int sample) => _row.Pointer + ((long)sample * RowStride);

    /// <summary>[sample]: entries.</summary>
    public int* Count => _count.Pointer;

    /// <summary>[sample][n]: which unit, ascending.</summary>
    public int* Unit => _unit.Pointer;

    /// <summary>[sample][n]: how far above the background.</summary>
    public float* Value => _value.Pointer;

    /// <summary>[sample][n]: ∂loss/∂value.</summary>
    public float* Delta => _delta.Pointer;

    /// <summary>[unit]: entries.</summary>
    public int* UnitCount => _unitCount.Pointer;

    /// <summary>[unit][n]: which sample, ascending; of no meaning where the batch is dense.</summary>
    public int* Sample => _sample.Pointer;

    /// <summary>[unit][n]: as <see cref="Value"/>; [unit][sample] where the batch is dense.</summary>
    public float* UnitValue => _unitValue.Pointer;

    /// <summary>[n]: the units that had an entry lately, ascending. The weights out of all others are at rest (see <see cref="Rest"/>).</summary>
    public int* Live => _live.Pointer;

    public int LiveCount { get; private set; }

    /// <summary>[unit]: the last step at which it had an entry; 0: none since the optimiser began.</summary>
    public int* Last => _last.Pointer;

    /// <summary>What dropout multiplies a sample's entries by that it leaves; 1 where it is not at work.</summary>
    public float Scale { get; private set; } = 1;

    /// <summary>Bytes of a bit for each sample.</summary>
    public static int BytesOf(int samples) => (samples + 7) / 8;

    /// <summary>The batch to come is thinned: which units stay, [unit as declared][sample] in bits, the lowest first, and what they are multiplied by.</summary>
    public void Drop(ReadOnlySpan<byte> kept, float scale)
    {
        kept.CopyTo(_kept.Span);
        _keptStride = kept.Length / Units;
        Scale = scale;
    }

    /// <summary>Whether what was told of dropout is enough for so many samples.</summary>
    public bool CanThin(int samples) => _keptStride == 0 || _keptStride >= BytesOf(samples);

    /// <summary>Nothing is dropped any more.</summary>
    public void KeepAll()
    {
        _keptStride = 0;
        Scale = 1;
    }

    /// <summary>Whether anything is dropped.</summary>
    public bool IsThinned => _keptStride > 0;

    /// <summary>Drops a sample's entries, if any are to be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Thin(int sample, UnitOrder order)
    {
        if (!IsThinned) return;
        var units = Unit + ((long)sample * Stride);
        var values = Value + ((long)sample * Stride);
        var bits = _kept.Pointer + (sample >> 3);
        var (kept, count) = (0, Count[sample]);
        for (var n = 0; n < count; n++)
        {
            var unit = units[n];
            units[kept] = unit;
            values[kept] = values[n] * Scale;
            // Without a branch: what stays cannot be foreseen.
            kept += (bits[(long)order.Declared(unit) * _keptStride] >> (sample & 7)) & 1;
        }

        Count[sample] = kept;
    }

    /// <summary>The same of a sample's row; how many units are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public int ThinRow(int sample, UnitOrder order)
    {
        var row = Row(sample);
        var bits = _kept.Pointer + (sample >> 3);
        var count = 0;
        for (var unit = 0; unit < Units; unit++)
        {
            var kept = (bits[(long)order.Declared(unit) * _keptStride] >> (sample & 7)) & 1;
            row[unit] = kept == 0 ? 0 : row[unit] * Scale;
            count += row[unit] > 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Makes room for <see cref="Row"/>.</summary>
    public void ReserveRows()
    {
        if (_row.Length > 0) return;
        _row.Dispose();
        _row = new((long)RowStride * _capacity);
    }

    /// <summary>Decides in which form a batch is to be taken, once all samples' entries are counted; a matter of the batch alone.</summary>
    /// <param name="samples">How many there are.</param>
    /// <param name="rectified">Whether rows were made, and no lists.</param>
    /// <param name="leastShare">The share of units that speak from which rows are quicker.</param>
    public void ChooseForm(int samples, bool rectified, double leastShare)
    {
        var entries = 0L;
        for (var sample = 0; sample < samples; sample++) entries += Count[sample];
        var dense = samples >= DenseSamples && entries >= leastShare * samples * Units;
        Form = dense ? (rectified ? Form.Rows : Form.Both) : Form.Lists;
        if (dense) ReserveRows();
    }

    /// <summary>The rows of samples [from, to) from their lists.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Fill(int from, int to)
    {
        for (var sample = from; sample < to; sample++)
        {
            var row = Row(sample);
            var units = Unit + ((long)sample * Stride);
            var values = Value + ((long)sample * Stride);
            var count = Count[sample];
            new Span<float>(row, Units).Clear();
            for (var n = 0; n < count; n++) row[units[n]] = values[n];
        }
    }

    /// <summary>The units' lists or rows from the samples', for units [from, to) at a step.</summary>
    public void ListByUnit(int from, int to, int samples, int step)
    {
        new Span<int>(UnitCount + from, to - from).Clear();
        if (Form == Form.Lists) List(from, to, samples);
        else TurnRound(from, to, samples);

        for (var unit = from; unit < to; unit++)
            if (UnitCount[unit] > 0 || Background != 0) Last[unit] = step;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void List(int from, int to, int samples)
    {
        // In registers: what is stored below might, for all the compiler knows, change where the arrays are.
        int* unitCount = UnitCount, sampleOf = Sample;
        float* valueOf = UnitValue;
        long stride = UnitStride;
        for (var sample = 0; sample < samples; sample++)
        {
            var units = Unit + ((long)sample * Stride);
            var values = Value + ((long)sample * Stride);
            var count = Count[sample];
            for (var n = First(sample, from); n < count && units[n] < to; n++)
            {
                var unit = units[n];
                var at = (unit * stride) + unitCount[unit]++;
                sampleOf[at] = sample;
                valueOf[at] = values[n];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void TurnRound(int from, int to, int samples)
    {
        Transposition.Of(Row(0) + from, RowStride, samples, to - from, UnitValue + ((long)from * UnitStride), UnitStride);
        var unitCount = UnitCount;
        if (Form == Form.Rows)
        {
            // A rectifier leaves +0, whose bits are 0.
            for (var unit = from; unit < to; unit++)
                unitCount[unit] = samples - new Span<int>((int*)(UnitValue + ((long)unit * UnitStride)), samples).Count(0);
            return;
        }

        for (var sample = 0; sample < samples; sample++)
        {
            var units = Unit + ((long)sample * Stride);
            var count = Count[sample];
            for (var n = First(sample, from); n < count && units[n] < to; n++) unitCount[units[n]]++;
        }
    }

    /// <summary>Brings the list of live units up to date, once all are listed.</summary>
    public void ListLive(int step, int patience)
    {
        ListedBackground = Background;
        ListedForm = Form;
        var count = 0;
        for (var unit = 0; unit < Units; unit++)
            if (Rest.IsAwake(Last[unit], step, patience)) Live[count++] = unit;
        LiveCount = count;
    }

    /// <summary>Nothing has had an entry: the optimiser begins anew.</summary>
    public void Forget() => _last.Clear();

    /// <summary>Everything may have had one just now: moments came from elsewhere.</summary>
    public void Wake(int step) => _last.Span.Fill(step);

    /// <summary>The first entry of a sample whose unit is not below <paramref name="unit"/>.</summary>
    public int First(int sample, int unit)
    {
        var units = Unit + ((long)sample * Stride);
        int low = 0, high = Count[sample];
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (units[middle] < unit) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    public void Dispose()
    {
        foreach (IDisposable array in new IDisposable[] { _row, _count, _unit, _unitCount, _sample, _live, _value, _delta, _unitValue, _last, _kept })
            array.Dispose();
    }
}

/// <summary>Where a batch's entries stand.</summary>
internal enum Form
{
    /// <summary>In lists.</summary>
    Lists,

    /// <summary>In lists, and in rows, which products and gradients are taken from.</summary>
    Both,

    /// <summary>In rows alone, which a rectifier made.</summary>
    Rows,
}
