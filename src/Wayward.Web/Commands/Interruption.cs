using System.Runtime.InteropServices;

namespace Wayward.Web.Commands;

/// <summary>Turns Ctrl+C (SIGINT) and SIGTERM into a cancelled token, and ends the process when the command has not ended some time after.</summary>
/// <remarks>The command-line library's own handling answers SIGTERM with 143 whenever the signal comes while it starts a command, although the command then ends as it should; a service manager takes that for a failure.</remarks>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _cancelled;
    private readonly PosixSignalRegistration[] _signals;
    private readonly TimeSpan _patience;
    private Timer? _end;

    /// <param name="patience">How long a command may take to end before the process goes anyway.</param>
    public Interruption(TimeSpan patience, CancellationToken cancellation)
    {
        _patience = patience;
        _cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];
    }

    public CancellationToken Token => _cancelled.Token;

    /// <summary>128 and the signal's number, what a shell expects of an interrupted program.</summary>
    public int ExitCode { get; private set; } = 130;

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        ExitCode = signal.Signal == PosixSignal.SIGTERM ? 143 : 130;
        _end ??= new Timer(_ => Environment.Exit(ExitCode), null, _patience, Timeout.InfiniteTimeSpan);
        try
        {
            _cancelled.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command has ended meanwhile.
        }
    }

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _end?.Dispose();
        _cancelled.Dispose();
    }
}
