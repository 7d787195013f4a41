using System.Runtime.InteropServices;

namespace Dendrites.Cli;

/// <summary>
/// SIGINT, SIGTERM and SIGUSR1 ask a command to stop where it can be resumed; the second one stops it at once. A supervised process is
/// asked too when its standard input ends: whoever started it is gone, however it went.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, (PosixSignal)Posix.SigUsr1];

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _asked;

    /// <summary>Set for a process whose standard input is held open by the one that started it.</summary>
    public const string SupervisedVariable = "DENDRITES_SUPERVISED";

    public Interruption()
    {
        _registrations = Array.ConvertAll(Signals, signal => PosixSignalRegistration.Create(signal, Handle));
        if (Environment.GetEnvironmentVariable(SupervisedVariable) is "1") new Thread(AwaitEnd) { IsBackground = true }.Start();
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void AwaitEnd()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command has ended meanwhile.
        }
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;

        if (Interlocked.Increment(ref _asked) > 1)
        {
            LiveDisplay.ShowCursor();
            Posix.Exit(ExitCode.Interrupted);
        }

        _source.Cancel();
    }
}
