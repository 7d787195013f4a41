using System.Runtime.InteropServices;

namespace Dendrites.Cli;

/// <summary>
/// SIGINT, SIGTERM and SIGUSR1 ask a command to stop where it can be resumed, and so may the process that this one works for; a second
/// signal stops it at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, (PosixSignal)Posix.SigUsr1];

    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(Supervisor);
    private readonly PosixSignalRegistration[] _registrations;
    private int _asked;

    public Interruption() => _registrations = Array.ConvertAll(Signals, signal => PosixSignalRegistration.Create(signal, Handle));

    /// <summary>Asks every command of this process to stop; nobody does unless it works for another.</summary>
    public static CancellationToken Supervisor { private get; set; }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;

        if (Interlocked.Increment(ref _asked) > 1)
        {
            LiveDisplay.ShowCursor();
            Posix.Exit(ExitCode.Interrupted);
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
}
