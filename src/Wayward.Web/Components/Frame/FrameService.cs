using Wayward.Core.Contacts;
using Wayward.Storage.Findings;
using Wayward.Storage.Instances;

namespace Wayward.Web.Components.Frame;

/// <summary>Reads what the frame of every page shows.</summary>
internal sealed class FrameService(IFindingStore findings, IInstanceStore instances)
{
    /// <summary>Findings that are open or acknowledged.</summary>
    public async Task<int> OpenFindingsAsync(CancellationToken cancellation) => (await findings.CountAsync(cancellation)).Open;

    /// <summary>The end of the last hour that has data, Unix seconds; null without data.</summary>
    public async Task<long?> DataEndAsync(CancellationToken cancellation) =>
        (await instances.FleetAsync(cancellation)).MaxStart is > 0 and var end ? (UnixTime.Hour(end) + 1L) * UnixTime.HourSeconds : null;
}
