using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>Products, updates and errors of one tile. Each number is summed by one thread, in an order that depends on nothing but the batch.</summary>
internal static unsafe class TileKernels<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows whose gradients are made together where the batch is dense.</summary>
    private const int RowsTogether = 4 * DenseKernels<TSimd, TVector>.MostRows;

    /// <summary>Outputs that are in registers at a time.</summary>
    private static int Block => FourVectors<TSimd, TVector>.Width;

    /// <summary>The sum of every column of the tile's weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void SumColumns(TiledWeights layer, int tile)
    {
        for (var block = 0; block < Tile.Width; block += Block)
        {
            var weight = layer.Weight(tile) + block;
            TVector a = default, b = default, c = default, d = default;
            for (var input = 0; input < layer.Inputs; input++, weight += Tile.Width)
            {
                a = TSimd.Add(a, TSimd.Load(weight));
                b = TSimd.Add(b, TSimd.Load(weight + TSimd.Lanes));
                c = TSimd.Add(c, TSimd.Load(weight + (2 * TSimd.Lanes)));
                d = TSimd.Add(d, TSimd.Load(weight + (3 * TSimd.Lanes)));
            }

            FourVectors<TSimd, TVector>.Store(layer.ColumnSum(tile) + block, a, b, c, d);
        }
    }

    /// <summary>
    /// The tile's outputs, weights · input + bias, for samples [from, to): [sample][stride]. Winners only: the rows of units that
    /// have no entry are not touched. The background comes in through the columns' sums: x = background + what is above
    /// it, so W·x = background · ΣW + W·(x - background), and most of an image is not above it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Product(TiledWeights layer, int tile, Entries input, int from, int to, float* output, int stride)
    {
        var background = TSimd.Broadcast(input.Background);

        for (var sample = from; sample < to; sample++)
        {
            var units = input.Unit + ((long)sample * input.Stride);
            var values = input.Value + ((long)sample * input.Stride);
            var count = input.Count[sample];

            for (var block = 0; block < Tile.Width; block += Block)
            {
                var weight = layer.Weight(tile) + block;
                FourVectors<TSimd, TVector>.Load(layer.Bias(tile) + block, out var a, out var b, out var c, out var d);
                if (input.Background != 0) FourVectors<TSimd, TVector>.MultiplyAdd(background, layer.ColumnSum(tile) + block, ref a, ref b, ref c, ref d);
                TVector e = default, f = default, g = default, h = default;

                // Two sums side by side: one alone would wait for its own last addition.
                var n = 0;
                for (; n + 2 <= count; n += 2)
                {
                    FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(values[n]), weight + ((long)units[n] * Tile.Width), ref a, ref b, ref c, ref d);
                    FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(values[n + 1]), weight + ((long)units[n + 1] * Tile.Width), ref e, ref f, ref g, ref h);
                }

                if (n < count) FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(values[n]), weight + ((long)units[n] * Tile.Width), ref a, ref b, ref c, ref d);

                var at = output + ((long)sample * stride) + ((long)tile * Tile.Width) + block;
                FourVectors<TSimd, TVector>.Store(at, TSimd.Add(a, e), TSimd.Add(b, f), TSimd.Add(c, g), TSimd.Add(d, h));
            }
        }
    }

    /// <summary>
    /// One optimiser step of the tile's weights out of the live inputs [from, to) of the list, and of its biases. The gradient of a row goes from registers straight into the rule; where the batch is dense, by way of the nearest cache.
    /// </summary>
    public static void Update(TiledWeights layer, int tile, Entries input, Gradient gradient, int samples, int from, int to, bool biases, UpdateRule rule, int patience, float strength, int step, in UpdateScalars scalars)
    {
        if (!Rest.IsAwake(gradient.Last[tile], step, patience)) return;
        Waken(layer, tile, input, from, to, biases, rule, step);
        var any = gradient.Any(tile, samples);
        var dense = any && input.ListedForm != Form.Lists;
        var gradients = stackalloc float[Block];
        var sums = stackalloc float[RowsTogether * Block];

        for (var block = 0; block < Tile.Width; block += Block)
        {
            SumDeltas(gradient, tile, any ? samples : 0, block, out var da, out var db, out var dc, out var dd);
            var rows = new Rows(layer, tile, input, gradient, any, dense ? sums : null, block, da, db, dc, dd);
            for (int n = from, end; n < to; n = end)
            {
                end = dense ? Math.Min(to, n + RowsTogether) : to;
                if (dense) DenseKernels<TSimd, TVector>.Gradients(input, n, end - n, gradient.Delta(tile) + block, samples, sums);
                if (layer.IsConsolidated) rows.Consolidate(n, end, rule.IsAdam, strength, scalars);
                else if (rule.IsAdam) rows.Adam(n, end, scalars);
                else rows.Descend(n, end, scalars);
            }

            if (!biases) continue;
            FourVectors<TSimd, TVector>.Store(gradients, da, db, dc, dd);
            for (var lane = 0; lane < Block; lane++) StepBias(layer, tile, block + lane, gradients[lane], rule.IsAdam, strength, scalars);
        }
    }

    private static void StepBias(TiledWeights layer, int tile, int lane, float gradient, bool adam, float strength, in UpdateScalars scalars)
    {
        ref var bias = ref layer.Bias(tile)[lane];
        var before = bias;
        var pull = strength * layer.Bias(tile, Part.Importance)[lane] * (bias - layer.Bias(tile, Part.Anchor)[lane]);
        scalars.Apply(adam, gradient + pull, ref bias, ref layer.BiasFirst(tile)[lane], ref layer.BiasSecond(tile)[lane]);
        layer.Bias(tile, Part.Path)[lane] -= (layer.FollowsLossAlone ? gradient : gradient + pull) * (bias - before);
    }

    /// <summary>The moments of rows that have rested take the steps that were left out.</summary>
    private static void Waken(TiledWeights layer, int tile, Entries input, int from, int to, bool biases, UpdateRule rule, int step)
    {
        var updated = layer.Updated(tile);
        for (var n = from; n < to; n++)
        {
            var unit = input.Live[n];
            if (updated[unit] < step - 1) layer.CatchUp(tile, unit, rule.Decay(step - 1 - updated[unit]));
            updated[unit] = step;
        }

        if (!biases) return;
        layer.CatchUpBias(tile, rule.Decay(step - 1 - layer.BiasUpdated[tile]));
        layer.BiasUpdated[tile] = step;
    }

    /// <summary>∂loss/∂value of every entry of samples [from, to) out of the gradients of a layer's outputs: the dot products of deltas with the rows of the units that won. <paramref name="sums"/> is room for (to - from) · units vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Back(TiledWeights layer, Entries input, Gradient gradient, int from, int to, float* sums)
    {
        for (var tile = 0; tile < layer.Tiles; tile++)
        {
            var active = gradient.Active(tile);
            var sum = sums;
            for (var sample = from; sample < to; sample++)
            {
                var count = input.Count[sample];
                if (tile == 0) new Span<float>(sum, count * TSimd.Lanes).Clear();
                if (active[sample] != 0) BackTile(layer.Weight(tile), gradient.Delta(tile) + ((long)sample * Tile.Width), input, sample, count, sum);
                sum += count * TSimd.Lanes;
            }
        }

        for (var sample = from; sample < to; sample++)
        {
            var delta = input.Delta + ((long)sample * input.Stride);
            for (var n = 0; n < input.Count[sample]; n++, sums += TSimd.Lanes) delta[n] = TSimd.Sum(TSimd.Load(sums));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void BackTile(float* weight, float* delta, Entries input, int sample, int count, float* sums)
    {
        var units = input.Unit + ((long)sample * input.Stride);
        for (var block = 0; block < Tile.Width; block += Block)
        {
            FourVectors<TSimd, TVector>.Load(delta + block, out var a, out var b, out var c, out var d);
            for (var n = 0; n < count; n++)
            {
                var row = weight + ((long)units[n] * Tile.Width) + block;
                var sum = TSimd.Load(sums + (n * TSimd.Lanes));
                var other = TSimd.Multiply(b, TSimd.Load(row + TSimd.Lanes));
                sum = TSimd.MultiplyAdd(a, TSimd.Load(row), sum);
                other = TSimd.MultiplyAdd(d, TSimd.Load(row + (3 * TSimd.Lanes)), other);
                sum = TSimd.MultiplyAdd(c, TSimd.Load(row + (2 * TSimd.Lanes)), sum);
                TSimd.Store(sums + (n * TSimd.Lanes), TSimd.Add(sum, other));
            }
        }
    }

    /// <summary>to ← to + rate · (goal - to).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Approach(float* to, float* goal, int count, float rate)
    {
        var by = TSimd.Broadcast(rate);
        var i = 0;
        for (; i + TSimd.Lanes <= count; i += TSimd.Lanes)
            TSimd.Store(to + i, TSimd.MultiplyAdd(by, TSimd.Subtract(TSimd.Load(goal + i), TSimd.Load(to + i)), TSimd.Load(to + i)));
        for (; i < count; i++) to[i] = MathF.FusedMultiplyAdd(rate, goal[i] - to[i], to[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void SumDeltas(Gradient gradient, int tile, int samples, int block, out TVector a, out TVector b, out TVector c, out TVector d)
    {
        a = b = c = d = default;
        var active = gradient.Active(tile);
        for (var sample = 0; sample < samples; sample++)
        {
            if (active[sample] == 0) continue;
            var delta = gradient.Delta(tile) + ((long)sample * Tile.Width) + block;
            a = TSimd.Add(a, TSimd.Load(delta));
            b = TSimd.Add(b, TSimd.Load(delta + TSimd.Lanes));
            c = TSimd.Add(c, TSimd.Load(delta + (2 * TSimd.Lanes)));
            d = TSimd.Add(d, TSimd.Load(delta + (3 * TSimd.Lanes)));
        }
    }

    /// <summary>The rows of one block of a tile.</summary>
    private readonly ref struct Rows(
        TiledWeights layer, int tile, Entries input, Gradient gradient, bool any, float* sums, int block, TVector da, TVector db, TVector dc, TVector dd)
    {
        private readonly float* _weight = layer.Weight(tile) + block;
        private readonly float* _first = layer.First(tile) + block;
        private readonly float* _second = layer.Second(tile) + block;
        private readonly float* _anchor = layer.Anchor(tile) + block;
        private readonly float* _importance = layer.Importance(tile) + block;
        private readonly float* _path = layer.Path(tile) + block;
        private readonly bool _followsLossAlone = layer.FollowsLossAlone;
        private readonly float* _delta = gradient.Delta(tile) + block;
        private readonly ulong* _exists = layer.Exists(tile);

        /// <summary>
        /// The gradient of the weights out of an input: what its samples contribute, and what the background does. It is the <paramref name="nth"/> of those
        /// whose sums were made together, if they were.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Sum(int unit, int nth, out TVector a, out TVector b, out TVector c, out TVector d)
        {
            var background = TSimd.Broadcast(input.ListedBackground);
            a = TSimd.Multiply(background, da);
            b = TSimd.Multiply(background, db);
            c = TSimd.Multiply(background, dc);
            d = TSimd.Multiply(background, dd);
            if (!any) return;
            if (sums is not null)
            {
                FourVectors<TSimd, TVector>.Load(sums + (nth * Block), out var sa, out var sb, out var sc, out var sd);
                a = TSimd.Add(a, sa);
                b = TSimd.Add(b, sb);
                c = TSimd.Add(c, sc);
                d = TSimd.Add(d, sd);
                return;
            }

            var count = input.UnitCount[unit];
            TVector e = default, f = default, g = default, h = default;
            var places = input.Sample + ((long)unit * input.UnitStride);
            var values = input.UnitValue + ((long)unit * input.UnitStride);
            var n = 0;
            for (; n + 2 <= count; n += 2)
            {
                FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(values[n]), _delta + ((long)places[n] * Tile.Width), ref a, ref b, ref c, ref d);
                FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(values[n + 1]), _delta + ((long)places[n + 1] * Tile.Width), ref e, ref f, ref g, ref h);
            }

            if (n < count) FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(values[n]), _delta + ((long)places[n] * Tile.Width), ref a, ref b, ref c, ref d);
            a = TSimd.Add(a, e);
            b = TSimd.Add(b, f);
            c = TSimd.Add(c, g);
            d = TSimd.Add(d, h);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Adam(int from, int to, in UpdateScalars scalars)
        {
            var keep1 = TSimd.Broadcast(scalars.Keep1);
            var new1 = TSimd.Broadcast(scalars.New1);
            var keep2 = TSimd.Broadcast(scalars.Keep2);
            var new2 = TSimd.Broadcast(scalars.New2);
            var rate = TSimd.Broadcast(scalars.Rate);
            var epsilon = TSimd.Broadcast(scalars.Epsilon);

            for (var n = from; n < to; n++)
            {
                var unit = input.Live[n];
                var at = (long)unit * Tile.Width;
                var bits = (_exists is null ? ulong.MaxValue : _exists[unit]) >> block;
                Sum(unit, n - from, out var a, out var b, out var c, out var d);
                Move(at, a, bits, keep1, new1, keep2, new2, rate, epsilon);
                Move(at + TSimd.Lanes, b, bits >> TSimd.Lanes, keep1, new1, keep2, new2, rate, epsilon);
                Move(at + (2 * TSimd.Lanes), c, bits >> (2 * TSimd.Lanes), keep1, new1, keep2, new2, rate, epsilon);
                Move(at + (3 * TSimd.Lanes), d, bits >> (3 * TSimd.Lanes), keep1, new1, keep2, new2, rate, epsilon);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Move(long at, TVector g, ulong bits, TVector keep1, TVector new1, TVector keep2, TVector new2, TVector rate, TVector epsilon)
        {
            var m = TSimd.MultiplyAdd(g, new1, TSimd.Multiply(TSimd.Load(_first + at), keep1));
            var v = TSimd.MultiplyAdd(TSimd.Multiply(g, g), new2, TSimd.Multiply(TSimd.Load(_second + at), keep2));
            var move = TSimd.Divide(TSimd.Multiply(m, rate), TSimd.Add(TSimd.SquareRoot(v), epsilon));
            TSimd.Store(_first + at, m);
            TSimd.Store(_second + at, v);
            TSimd.Store(_weight + at, TSimd.Keep(TSimd.Subtract(TSimd.Load(_weight + at), move), (uint)bits));
        }

        /// <summary>
        /// An update under Synaptic Intelligence (Zenke, Poole, Ganguli 2017): the gradient has the penalty's,
        /// strength · importance · (θ - anchor), and the path takes -gradient · movement, once missing weights are zero again.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Consolidate(int from, int to, bool adam, float strength, in UpdateScalars scalars)
        {
            for (var n = from; n < to; n++)
            {
                var unit = input.Live[n];
                var at = (long)unit * Tile.Width;
                var bits = (_exists is null ? ulong.MaxValue : _exists[unit]) >> block;
                Sum(unit, n - from, out var a, out var b, out var c, out var d);
                Pull(at, a, bits, adam, strength, scalars);
                Pull(at + TSimd.Lanes, b, bits >> TSimd.Lanes, adam, strength, scalars);
                Pull(at + (2 * TSimd.Lanes), c, bits >> (2 * TSimd.Lanes), adam, strength, scalars);
                Pull(at + (3 * TSimd.Lanes), d, bits >> (3 * TSimd.Lanes), adam, strength, scalars);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Pull(long at, TVector g, ulong bits, bool adam, float strength, in UpdateScalars scalars)
        {
            var before = TSimd.Load(_weight + at);
            var pull = TSimd.Multiply(TSimd.Broadcast(strength), TSimd.Load(_importance + at));
            var followed = g;
            g = TSimd.MultiplyAdd(pull, TSimd.Subtract(before, TSimd.Load(_anchor + at)), g);
            if (!_followsLossAlone) followed = g;
            var m = TSimd.MultiplyAdd(g, TSimd.Broadcast(scalars.New1), TSimd.Multiply(TSimd.Load(_first + at), TSimd.Broadcast(scalars.Keep1)));
            var move = TSimd.Multiply(m, TSimd.Broadcast(scalars.Rate));
            TSimd.Store(_first + at, m);
            if (adam)
            {
                var v = TSimd.MultiplyAdd(TSimd.Multiply(g, g), TSimd.Broadcast(scalars.New2), TSimd.Multiply(TSimd.Load(_second + at), TSimd.Broadcast(scalars.Keep2)));
                move = TSimd.Divide(move, TSimd.Add(TSimd.SquareRoot(v), TSimd.Broadcast(scalars.Epsilon)));
                TSimd.Store(_second + at, v);
            }

            var after = TSimd.Keep(TSimd.Subtract(before, move), (uint)bits);
            TSimd.Store(_weight + at, after);
            TSimd.Store(_path + at, TSimd.Subtract(TSimd.Load(_path + at), TSimd.Multiply(followed, TSimd.Subtract(after, before))));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Descend(int from, int to, in UpdateScalars scalars)
        {
            var keep = TSimd.Broadcast(scalars.Keep1);
            var rate = TSimd.Broadcast(scalars.Rate);

            for (var n = from; n < to; n++)
            {
                var unit = input.Live[n];
                var at = (long)unit * Tile.Width;
                var bits = (_exists is null ? ulong.MaxValue : _exists[unit]) >> block;
                Sum(unit, n - from, out var a, out var b, out var c, out var d);
                Slide(at, a, bits, keep, rate);
                Slide(at + TSimd.Lanes, b, bits >> TSimd.Lanes, keep, rate);
                Slide(at + (2 * TSimd.Lanes), c, bits >> (2 * TSimd.Lanes), keep, rate);
                Slide(at + (3 * TSimd.Lanes), d, bits >> (3 * TSimd.Lanes), keep, rate);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Slide(long at, TVector g, ulong bits, TVector keep, TVector rate)
        {
            var velocity = TSimd.MultiplyAdd(TSimd.Load(_first + at), keep, g);
            TSimd.Store(_first + at, velocity);
            var moved = TSimd.Subtract(TSimd.Load(_weight + at), TSimd.Multiply(velocity, rate));
            TSimd.Store(_weight + at, TSimd.Keep(moved, (uint)bits));
        }
    }
}
