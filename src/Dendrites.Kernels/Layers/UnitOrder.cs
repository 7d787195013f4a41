namespace Dendrites.Kernels;

/// <summary>
/// The order in which the engine holds a level's units. Half the units of a layer never win in a task; with the winners in
/// front, whole tiles of outputs and runs of inputs have no gradient and are passed over. A renumbering changes no number
/// (but the order in which floats are summed), and outside every unit keeps its declared place.
/// </summary>
internal sealed class UnitOrder(int units)
{
    private readonly int[] _place = [.. Enumerable.Range(0, units)];
    private readonly int[] _declared = [.. Enumerable.Range(0, units)];

    public int Units => units;

    /// <summary>Where the unit that is declared as number <paramref name="unit"/> stands.</summary>
    public int Place(int unit) => _place[unit];

    /// <summary>Which unit stands at a place.</summary>
    public int Declared(int place) => _declared[place];

    public bool IsDeclared { get; private set; } = true;

    /// <summary>What stood at place from[p] stands at place p.</summary>
    public void Reorder(int[] from)
    {
        var old = _declared.ToArray();
        for (var place = 0; place < from.Length; place++) _declared[place] = old[from[place]];
        for (var place = 0; place < from.Length; place++) _place[_declared[place]] = place;
        IsDeclared = false;
    }

    /// <summary>The reordering back to the declared order.</summary>
    public int[] Back() => [.. _place];

    /// <summary>As declared again.</summary>
    public void Restore()
    {
        for (var place = 0; place < units; place++) _place[place] = _declared[place] = place;
        IsDeclared = true;
    }
}
