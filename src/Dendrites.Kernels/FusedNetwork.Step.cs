using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>
/// A training step, phase by phase: the input's entries; layer by layer the weights' update that the last step left
/// over and this step's product on the same tile, then gates and winners; scores, loss and the way back; then lists by
/// unit, and segments. Putting the update off until the next product is exact, since nothing reads a tile in between,
/// and the tile crosses memory once instead of twice.
/// </summary>
internal sealed unsafe partial class FusedNetwork<TSimd, TVector>
{
    /// <summary>What counts as zero beside a background of 1.</summary>
    private const float NearZero = 1e-3f;

    private readonly List<(string Phase, double Milliseconds)> _phases = [];
    private Action<int> _read = null!, _output = null!, _list = null!, _adapt = null!;
    private Action<int>[] _pass = null!, _activate = null!, _fill = null!, _listFromRows = null!, _errors = null!, _spread = null!, _back = null!;
    private float* _images;
    private long* _labels;
    private int* _contextOf;
    private int _samples, _pending;
    private bool _training, _loses, _backgroundChosen;
    private float _background;
    private volatile int _zeroes;
    private UpdateScalars _scalars;
    private long _clock;

    private void MakePhases()
    {
        _read = Read;
        _output = Output;
        _list = List;
        _adapt = Adapt;
        _pass = [.. Enumerable.Range(0, _hidden.Length).Select(layer => (Action<int>)(rank => Pass(layer, rank)))];
        _activate = [.. Enumerable.Range(0, _hidden.Length).Select(layer => (Action<int>)(rank => Activate(layer, rank)))];
        _fill = [.. Enumerable.Range(0, _hidden.Length + 1).Select(level => (Action<int>)(rank => Fill(level, rank)))];
        _listFromRows = [.. Enumerable.Range(0, _hidden.Length).Select(layer => (Action<int>)(rank => ListFromRows(_hidden[layer].Output, rank)))];
        _errors = [.. Enumerable.Range(0, _hidden.Length).Select(layer => (Action<int>)(rank => Errors(layer, rank)))];
        _spread = [.. Enumerable.Range(0, _hidden.Length).Select(layer => (Action<int>)(rank => Spread(layer, rank)))];
        _back = [.. Enumerable.Range(0, _hidden.Length).Select(layer => (Action<int>)(rank => Back(layer, rank)))];
        MakeOutside();
        foreach (var name in PhaseNames()) _phases.Add((name, 0));
    }

    private IEnumerable<string> PhaseNames() =>
    [
        "read",
        .. Enumerable.Range(1, _hidden.Length).SelectMany(layer => new[] { $"update and product {layer}", $"gates and winners {layer}" }),
        "scores and loss",
        .. Enumerable.Range(1, _hidden.Length).Reverse().Select(layer => $"back to {layer}"),
        "lists by unit",
        "segments and output",
    ];

    public override IReadOnlyList<(string Phase, double Milliseconds)> TakePhases()
    {
        var taken = _phases.ToArray();
        for (var i = 0; i < _phases.Count; i++) _phases[i] = (_phases[i].Phase, 0);
        return taken;
    }

    private void Do(int phase, Action<int> work)
    {
        _team.Run(work);
        Note(phase);
    }

    /// <summary>The time since the last note went into a phase.</summary>
    private void Note(int phase)
    {
        var now = Stopwatch.GetTimestamp();
        _phases[phase] = (_phases[phase].Phase, _phases[phase].Milliseconds + ((now - _clock) * 1000.0 / Stopwatch.Frequency));
        _clock = now;
    }

    public override double Step(ReadOnlySpan<float> images, ReadOnlySpan<long> labels, ReadOnlySpan<int> contextOf)
    {
        Alive();
        Check(images, labels, contextOf);
        if (Options.ReorderAfter.Contains(_sinceSettled)) Reorder();
        fixed (float* x = images)
        fixed (long* y = labels)
        fixed (int* c = contextOf)
        {
            if (!_backgroundChosen) _background = BackgroundOf(x);
            _backgroundChosen = true;
            // An input that is dropped is 0, whatever it was.
            Begin(x, labels.Length, _input.Scale == 1 ? _background : 0);
            _labels = y;
            _contextOf = contextOf.IsEmpty ? null : c;
            (_training, _loses) = (true, true);
            Step();
        }

        for (var layer = 0; layer <= _hidden.Length; layer++) InputOf(layer).KeepAll();
        _pending = labels.Length;
        _sinceSettled++;
        Version++;
        var loss = 0.0;
        for (var sample = 0; sample < labels.Length; sample++) loss += _losses[sample];
        return loss / labels.Length;
    }

    public override void Drop(int level, ReadOnlySpan<byte> kept, float scale)
    {
        Alive();
        var units = InputOf(level).Units;
        if (kept.IsEmpty || kept.Length % units != 0 || kept.Length / units > Entries.BytesOf(_capacity))
        {
            throw new ArgumentException(
                $"FusedNetwork.Drop: {kept.Length} bytes for {units} units; accepted: as many for each, from 1 to {Entries.BytesOf(_capacity)}");
        }

        InputOf(level).Drop(kept, scale);
    }

    /// <summary>What follows trusts its indices.</summary>
    private void Check(ReadOnlySpan<float> images, ReadOnlySpan<long> labels, ReadOnlySpan<int> contextOf)
    {
        if (labels.Length < 1 || labels.Length > _capacity)
            throw new ArgumentException($"FusedNetwork.Step: a batch of {labels.Length} samples; accepted: 1 to {_capacity}, what the network was made for");
        if (images.Length != (long)labels.Length * Shape.Inputs)
            throw new ArgumentException($"FusedNetwork.Step: {images.Length} pixels for {labels.Length} labels; accepted: {Shape.Inputs} for each");
        foreach (var label in labels)
            if ((ulong)label >= (ulong)Shape.Classes) throw new ArgumentException($"FusedNetwork.Step: label {label}; accepted: 0 to {Shape.Classes - 1}");
        for (var layer = 0; layer <= _hidden.Length; layer++)
            if (!InputOf(layer).CanThin(labels.Length)) throw new ArgumentException($"FusedNetwork.Step: {labels.Length} samples, and what level {layer} drops was told of fewer");
        CheckContexts(contextOf, labels.Length, "Step");
    }

    private void CheckContexts(ReadOnlySpan<int> contextOf, int samples, string what)
    {
        if (_contexts == 0 && _hidden.Any(hidden => hidden.Segments is not null))
            throw new InvalidOperationException($"FusedNetwork.{what}: gates need a context; call SetContexts first");
        if (!contextOf.IsEmpty && contextOf.Length != samples)
            throw new ArgumentException($"FusedNetwork.{what}: contexts of {contextOf.Length} samples for {samples}");
        foreach (var context in contextOf)
            if ((uint)context >= (uint)_contexts) throw new ArgumentException($"FusedNetwork.{what}: context {context}; accepted: 0 to {_contexts - 1}");
    }

    private float BackgroundOf(float* images) => Options.Background ? Commonest(images, Shape.Inputs) : 0;

    private void Begin(float* images, int samples, float background)
    {
        _input.Background = background;
        _images = images;
        _samples = samples;
    }

    /// <summary>
    /// Lists what is above the background. An input that is zero must leave a gradient that is zero, and one near it one that small, which Adam
    /// would otherwise blow up from rounding to a whole step: a batch that has one is held without a background.
    /// </summary>
    private void ReadAll()
    {
        _zeroes = 0;
        _team.Run(_read);
        if (_zeroes != 0 && _input.Background != 0)
        {
            _input.Background = 0;
            _team.Run(_read);
        }

        ChooseForm(0);
    }

    /// <summary>All samples of a level are there: as rows, where a rectifier made them, else as lists. What is quicker in the other form is put into that.</summary>
    private void ChooseForm(int level)
    {
        var entries = InputOf(level);
        var rectified = level > 0 && _hidden[level - 1].IsRectified;
        entries.ChooseForm(_samples, rectified, DenseKernels<TSimd, TVector>.LeastShare);
        if (entries.Form == Form.Both) _team.Run(_fill[level]);
        else if (rectified && entries.Form == Form.Lists) _team.Run(_listFromRows[level - 1]);
    }

    private void ListFromRows(Entries entries, int rank)
    {
        var (from, to) = _team.Share(rank, _samples);
        for (var sample = from; sample < to; sample++)
        {
            WinnerKernels<TSimd, TVector>.Positive(
                entries.Row(sample), entries.Units, entries.Unit + ((long)sample * entries.Stride), entries.Value + ((long)sample * entries.Stride));
        }
    }

    private void Fill(int level, int rank)
    {
        var (from, to) = _team.Share(rank, _samples);
        InputOf(level).Fill(from, to);
    }

    private void Step()
    {
        var last = _hidden.Length - 1;
        var phase = 0;
        _clock = Stopwatch.GetTimestamp();
        ReadAll();
        Note(phase++);
        for (var layer = 0; layer <= last; layer++)
        {
            Do(phase++, _pass[layer]);
            _team.Run(_activate[layer]);
            ChooseForm(layer + 1);
            Note(phase++);
        }

        Samples += _samples;
        _scalars = Rule.At(++Steps);
        Do(phase++, _output);
        for (var layer = last; layer >= 0; layer--)
        {
            Back(layer);
            Note(phase++);
        }

        Do(phase++, _list);
        for (var layer = 0; layer <= _hidden.Length; layer++) InputOf(layer).ListLive(Steps, Patience);
        AllocateMoments();
        Do(phase, _adapt);
    }

    /// <summary>The most frequent number, if it is frequent; else 0.</summary>
    private static float Commonest(float* image, int inputs)
    {
        var sorted = new Span<float>(image, inputs).ToArray();
        Array.Sort(sorted);
        var (best, most) = (0f, inputs / 4);
        for (int from = 0, to; from < inputs; from = to)
        {
            for (to = from + 1; to < inputs && sorted[to] == sorted[from];) to++;
            if (to - from > most) (best, most) = (sorted[from], to - from);
        }

        return float.IsFinite(best) ? best : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Read(int rank)
    {
        var (from, to) = _team.Share(rank, _samples);
        var background = _input.Background;
        var bound = TSimd.Broadcast(background);
        var small = NearZero * MathF.Abs(background);
        var (above, below) = (TSimd.Broadcast(small), TSimd.Broadcast(-small));
        uint zeroes = 0;
        for (var sample = from; sample < to; sample++)
        {
            var image = _images + ((long)sample * Shape.Inputs);
            var units = _input.Unit + ((long)sample * _input.Stride);
            var values = _input.Value + ((long)sample * _input.Stride);
            int count = 0, i = 0;
            for (; i + TSimd.Lanes <= Shape.Inputs; i += TSimd.Lanes)
            {
                var x = TSimd.Load(image + i);
                zeroes |= TSimd.AtLeast(x, below) & TSimd.AtLeast(above, x);
                var other = ~(TSimd.AtLeast(x, bound) & TSimd.AtLeast(bound, x)) & (uint)((1L << TSimd.Lanes) - 1);
                for (; other != 0; other &= other - 1)
                {
                    var at = i + System.Numerics.BitOperations.TrailingZeroCount(other);
                    units[count] = at;
                    values[count++] = image[at] - background;
                }
            }

            for (; i < Shape.Inputs; i++)
            {
                if (MathF.Abs(image[i]) <= small) zeroes = 1;
                if (image[i] == background) continue;
                units[count] = i;
                values[count++] = image[i] - background;
            }

            _input.Count[sample] = count;
            _input.Thin(sample, _fixedInput);
        }

        if (zeroes != 0) _zeroes = 1;
    }

    /// <summary>The layer's tiles: what the last step left over, then the product.</summary>
    private void Pass(int layer, int rank)
    {
        var (map, input) = (Map(layer), InputOf(layer));
        // Every so many tiles, since the first hold the units that win and have more to do.
        for (var tile = rank; tile < map.Tiles; tile += _team.Size)
        {
            if (_pending > 0) TileKernels<TSimd, TVector>.Update(map, tile, input, GradientOf(layer), _pending, 0, input.LiveCount, true, Rule, Patience, _strength, Steps, _scalars);
            if (_samples == 0) continue;
            if (input.Background != 0) TileKernels<TSimd, TVector>.SumColumns(map, tile);
            Product(map, tile, input, 0, _samples, _hidden[layer].Drive, _hidden[layer].Stride);
        }
    }

    private static void Product(TiledWeights map, int tile, Entries input, int from, int to, float* output, int stride)
    {
        if (input.Form == Form.Lists) TileKernels<TSimd, TVector>.Product(map, tile, input, from, to, output, stride);
        else DenseKernels<TSimd, TVector>.Product(map, tile, input, from, to, output, stride);
    }

    private float* ResponseOf(int layer, int sample) => _training
        ? _hidden[layer].Response + ((_contextOf is null ? 0L : _contextOf[sample]) * _hidden[layer].Stride)
        : TableOf(layer, sample);

    /// <summary>Gates and winners of the samples.</summary>
    private void Activate(int layer, int rank)
    {
        var hidden = _hidden[layer];
        var shape = hidden.Shape;
        var output = hidden.Output;
        var gated = _scratch[rank].Pointer;
        var k = _training ? shape.Winners : shape.WinnersAtInference;
        ref var guess = ref _guess[rank * 16];
        var (from, to) = _team.Share(rank, _samples);

        for (var sample = from; sample < to; sample++)
        {
            var gate = hidden.Segments is null ? GateKind.None : shape.Gate;
            var response = hidden.Segments is null ? null : ResponseOf(layer, sample);
            var drive = hidden.Drive + ((long)sample * hidden.Stride);
            if (hidden.IsRectified)
            {
                output.Count[sample] = WinnerKernels<TSimd, TVector>.Rectify(drive, response, gate, shape.Units, output.Row(sample));
                if (output.IsThinned) output.Count[sample] = output.ThinRow(sample, hidden.Order);
                continue;
            }

            WinnerKernels<TSimd, TVector>.Modulate(drive, response, gate, shape.Units, gated);
            var units = output.Unit + ((long)sample * output.Stride);
            var values = output.Value + ((long)sample * output.Stride);
            output.Count[sample] = k == 0 ? 0 : WinnerKernels<TSimd, TVector>.KLargest(gated, shape.Units, k, units, values, _keys[rank].Pointer, ref guess);
            output.Thin(sample, hidden.Order);
        }
    }

    /// <summary>Entries by unit, for the updates that are put off, the responses' gradients and the duty cycles.</summary>
    private void List(int rank)
    {
        var window = (float)Math.Min(Shape.DutyCyclePeriod, Samples);
        for (var layer = 0; layer <= _hidden.Length; layer++)
        {
            var entries = InputOf(layer);
            var (from, to) = layer == 0 ? _team.Share(rank, entries.Units) : _hidden[layer - 1].Share(rank, _team);
            entries.ListByUnit(from, to, _samples, Steps);
            if (layer == 0) continue;
            var hidden = _hidden[layer - 1];
            hidden.Gather(from, to, _samples, _contexts, new(_contextOf, _contextOf is null ? 0 : _samples));
            if (hidden.Shape.Winners > 0) hidden.Remember(from, to, _samples, window);
        }
    }

    /// <summary>Segments, and the output layer, whose update is not put off: all its samples share its tiles.</summary>
    private void Adapt(int rank)
    {
        foreach (var hidden in _hidden)
            if (hidden.Segments is not null) Learn(hidden, rank);
        var input = InputOf(_hidden.Length);
        var (from, to) = _team.Share(rank, input.LiveCount);
        for (var tile = 0; tile < _head.Tiles; tile++)
            TileKernels<TSimd, TVector>.Update(_head, tile, input, _headGradient, _samples, from, to, rank == 0, Rule, Patience, _strength, Steps, _scalars);
    }

    /// <summary>Does the updates that are put off.</summary>
    private void Flush()
    {
        if (_pending == 0) return;
        _samples = 0;
        foreach (var pass in _pass) _team.Run(pass);
        _pending = 0;
    }
}
