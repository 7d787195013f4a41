namespace Dendrites.Cli;

/// <summary>One thing that doctor looked at; <paramref name="Fault"/> is what is wrong with it and what to do.</summary>
internal sealed record Finding(string Name, string Value, string? Fault = null)
{
    /// <summary>Looks; an exception becomes the fault.</summary>
    public static Finding Of(string name, Func<string> look)
    {
        try
        {
            return new(name, look());
        }
        catch (Exception e)
        {
            return new(name, "faulty", Failure.Of(e).Message);
        }
    }
}
