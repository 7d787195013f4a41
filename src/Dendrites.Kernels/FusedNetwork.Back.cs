namespace Dendrites.Kernels;

/// <summary>Scores, loss, and the way back: from each layer to the drives of the one below it, by lists or by rows.</summary>
internal sealed unsafe partial class FusedNetwork<TSimd, TVector>
{
    /// <summary>Samples whose sums on the way back are in work at a time, so that they stay in a core's cache.</summary>
    private const int BackBlock = 16;

    /// <summary>Pieces of errors for each thread below which one thread would have more to do than another.</summary>
    private const int FewChunks = 4;

    /// <summary>Scores, loss and its gradient.</summary>
    private void Output(int rank)
    {
        var (from, to) = _team.Share(rank, _samples);
        var input = InputOf(_hidden.Length);
        var stride = _head.Tiles * Tile.Width;
        // Only without hidden layers. Every thread writes the same sums.
        if (input.Background != 0)
            for (var tile = 0; tile < _head.Tiles; tile++) TileKernels<TSimd, TVector>.SumColumns(_head, tile);
        for (var tile = 0; tile < _head.Tiles; tile++)
            Product(_head, tile, input, from, to, _scores.Pointer, stride);
        if (!_training || !_loses) return;

        for (var sample = from; sample < to; sample++) _losses[sample] = Lose(sample, _scores.Pointer + ((long)sample * stride));
    }

    /// <summary>Cross-entropy of a sample in nats; ∂(mean loss)/∂scores = (softmax - one-hot)/samples.</summary>
    private double Lose(int sample, float* scores)
    {
        _headGradient.Clear(sample);
        var label = (int)_labels[sample];
        var first = label - (label % Choices);
        var end = Math.Min(first + Choices, Shape.Classes);
        var most = float.NegativeInfinity;
        for (var i = first; i < end; i++) most = MathF.Max(most, scores[i]);
        var sum = 0.0;
        for (var i = first; i < end; i++) sum += Math.Exp(scores[i] - most);
        for (var i = first; i < end; i++)
        {
            var probability = Math.Exp(scores[i] - most) / sum;
            _headGradient.Set(sample, i, (float)((probability - (i == label ? 1 : 0)) / _samples), Steps);
        }

        return Math.Log(sum) + most - scores[label];
    }

    /// <summary>From the layer above to the drives of this one.</summary>
    private void Back(int layer)
    {
        if (_hidden[layer].Output.Form == Form.Lists)
        {
            _team.Run(_back[layer]);
            return;
        }

        _hidden[layer].ReserveErrors();
        _team.Run(_errors[layer]);
        _team.Run(_spread[layer]);
    }

    /// <summary>
    /// Whole rows of errors, of as many inputs at a time as a tile has outputs, each thread for all samples, since it turns the weights round first; where those
    /// pieces are few, each is divided by samples.
    /// </summary>
    private void Errors(int layer, int rank)
    {
        var hidden = _hidden[layer];
        var chunks = hidden.Map.Tiles;
        var parts = chunks < FewChunks * _team.Size ? _team.Size : 1;
        for (var piece = rank; piece < chunks * parts; piece += _team.Size)
        {
            var (from, to) = ((int)((long)_samples * (piece % parts) / parts), (int)((long)_samples * ((piece % parts) + 1) / parts));
            DenseKernels<TSimd, TVector>.Errors(
                Map(layer + 1), piece / parts, GradientOf(layer + 1), _samples, from, to, hidden.Errors, hidden.Stride, _scratch[rank].Pointer);
        }
    }

    private void Spread(int layer, int rank)
    {
        var hidden = _hidden[layer];
        var (from, to) = _team.Share(rank, _samples);
        for (var sample = from; sample < to; sample++)
        {
            var response = hidden.Segments is null ? null : ResponseOf(layer, sample);
            if (hidden.Output.Form == Form.Rows)
            {
                DenseKernels<TSimd, TVector>.Spread(hidden, sample, response, Steps);
                continue;
            }

            hidden.TakeErrors(sample);
            hidden.Spread(sample, response, Steps);
        }
    }

    private void Back(int layer, int rank)
    {
        var hidden = _hidden[layer];
        var (from, to) = _team.Share(rank, _samples);
        for (var block = from; block < to; block += BackBlock)
        {
            var end = Math.Min(to, block + BackBlock);
            TileKernels<TSimd, TVector>.Back(Map(layer + 1), hidden.Output, GradientOf(layer + 1), block, end, _scratch[rank].Pointer);
            for (var sample = block; sample < end; sample++)
                hidden.Spread(sample, hidden.Segments is null ? null : ResponseOf(layer, sample), Steps);
        }
    }
}
