using Microsoft.Extensions.Logging;
using Wayward.Engine.Loops;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>Renews the leases of what is in work here, where several processes read into one ledger, and gives back what will not be read any more.</summary>
internal sealed class LeaseRenewal(ISourceObjectStore ledger, InFlight inFlight, Settlement settlement, IngestOptions options, LoopHealth health, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LastRelease = TimeSpan.FromSeconds(2);

    public LeaseTerms Terms { get; } = LeaseTerms.OfThisProcess(options.LeaseTime);

    /// <summary>Runs until cancelled; returns at once where nothing is leased.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!ledger.Leases) return;
        var period = Terms.For / 3;
        // If a lease ends because it was not renewed, another process reads the object and our commit of it is refused: nothing is lost.
        var loop = new PollLoop("lease renewal", health, time, log) { FirstPause = period, LongestPause = period };
        await loop.RunAsync(
            async c =>
            {
                await ledger.RenewAsync(inFlight.All, Terms, c);
                await settlement.TellWhatOthersSettledAsync(c);
            },
            period, cancellation);
    }

    /// <summary>What was taken and will not be read any more goes back at once.</summary>
    public async Task ReleaseAsync()
    {
        try
        {
            using var soon = new CancellationTokenSource(LastRelease);
            await ledger.ReleaseAsync(inFlight.All, soon.Token);
        }
        catch (Exception e)
        {
            log.LogWarning("What was in work could not be given back ({Problem}); leases end by themselves", e.Message);
        }
    }
}
