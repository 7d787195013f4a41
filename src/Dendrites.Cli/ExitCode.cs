namespace Dendrites.Cli;

/// <summary>What a process that ends says: the numbers that every help text documents.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int BadConfig = 3;
    public const int BadData = 4;
    public const int Interrupted = 5;
}
