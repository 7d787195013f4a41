namespace Dendrites.MuJoCo;

/// <summary>MuJoCo's library could not be loaded, or is not the one wanted; the message says why and what to do.</summary>
public sealed class MuJoCoLoadException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>True when nothing is wrong but that there is no library on this machine.</summary>
    public bool IsMissing { get; init; }
}

/// <summary>A model that MuJoCo does not accept; the message holds MuJoCo's own text, in one line.</summary>
public sealed class ModelException(string message) : Exception(message);

/// <summary>
/// A simulation met a number that is none, or is past 1e10: MuJoCo has reset it to the model's first state, so nothing of it
/// can be used until it is reset or restored. The message holds MuJoCo's own text.
/// </summary>
public sealed class SimulationException(string message) : Exception(message);
