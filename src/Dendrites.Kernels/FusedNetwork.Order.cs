namespace Dendrites.Kernels;

/// <summary>
/// Winners first: units that win often are moved to the front, so that a sample's winners share cache lines and tiles.
/// Outside, every unit keeps its declared place; <see cref="Settle"/> brings the inside back to it.
/// </summary>
internal sealed unsafe partial class FusedNetwork<TSimd, TVector>
{
    private int _sinceSettled;

    /// <summary>Puts the units that win most in front.</summary>
    private void Reorder()
    {
        Flush();
        var orders = Array.ConvertAll(_hidden, hidden =>
        {
            var wins = new Span<float>(hidden.Wins, hidden.Shape.Units).ToArray();
            return Enumerable.Range(0, wins.Length).OrderByDescending(place => wins[place]).ToArray();
        });
        Reorder(orders);
    }

    private void Reorder(int[][] orders)
    {
        CatchUp();
        Version++;
        for (var layer = 0; layer <= _hidden.Length; layer++)
            Map(layer).Reorder(layer == 0 ? null : orders[layer - 1], layer == _hidden.Length ? null : orders[layer], Steps > 0, _team);

        for (var layer = 0; layer < _hidden.Length; layer++)
        {
            var hidden = _hidden[layer];
            hidden.Order.Reorder(orders[layer]);
            hidden.Follow(orders[layer], _team);
            if (hidden.Segments is not null) Respond(hidden, 0, hidden.Shape.Units);
        }
    }

    /// <summary>All moments take the steps that were left out.</summary>
    private void CatchUp()
    {
        for (var layer = 0; layer <= _hidden.Length; layer++) Map(layer).CatchUp(Steps, Rule);
    }

    public override void Settle()
    {
        Flush();
        _backgroundChosen = false;
        _sinceSettled = 0;
        if (!_hidden.All(hidden => hidden.Order.IsDeclared))
        {
            Reorder(Array.ConvertAll(_hidden, hidden => hidden.Order.Back()));
            foreach (var hidden in _hidden) hidden.Order.Restore();
        }

        foreach (var hidden in _hidden) hidden.Recount();
        if (Steps == 0) return;

        // As if the moments came from elsewhere: what comes does not depend on what rested.
        CatchUp();
        foreach (var hidden in _hidden)
            if (hidden.Segments is { } segments) WakeSegments(segments);
        for (var layer = 0; layer <= _hidden.Length; layer++)
        {
            InputOf(layer).Wake(Steps);
            GradientOf(layer).Wake(Steps);
        }
    }
}
