using Microsoft.Extensions.Logging;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>Where several processes read into one ledger: keeps the leases of what is in work here, and gives back what will not be read any more.</summary>
internal sealed class LeaseRenewal(ISourceObjectStore ledger, InFlight inFlight, Settlement settlement, IngestOptions options, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LastRelease = TimeSpan.FromSeconds(2);

    public LeaseTerms Terms { get; } = LeaseTerms.OfThisProcess(options.LeaseTime);

    /// <summary>Runs until cancelled; returns at once where nothing is leased.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!ledger.Leases) return;
        var period = Terms.For / 3;
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(period, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested) return;
            try
            {
                await ledger.RenewAsync(inFlight.All, Terms, cancellation);
                await settlement.TellWhatOthersSettledAsync(cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whoever takes an object whose lease ended meanwhile makes our commit of it be refused: nothing is lost.
                log.LogWarning("Leases cannot be renewed ({Problem}); trying again in {Pause}", e.Message, period);
            }
            catch (OperationCanceledException)
            {
                // The end, or a query that was cut off; the loop's condition tells.
            }
        }
    }

    /// <summary>What was taken and will not be read any more goes back at once.</summary>
    public async Task ReleaseAsync()
    {
        if (!ledger.Leases) return;
        try
        {
            using var soon = new CancellationTokenSource(LastRelease);
            await ledger.ReleaseAsync(inFlight.All, soon.Token);
        }
        catch (Exception e)
        {
            log.LogWarning("Leases could not be given back ({Problem}); they end by themselves", e.Message);
        }
    }
}
