namespace Dendrites.MuJoCo;

/// <summary>Pictures cannot be made on this machine; the message says why and what to do, in one line.</summary>
public sealed class RenderingException(string message) : Exception(message);
