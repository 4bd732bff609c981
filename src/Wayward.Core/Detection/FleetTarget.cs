using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>What many instances may begin at once: an operator or an uncatalogued address, over one transport, by the instances of one account.</summary>
/// <param name="Account">Empty when the logs do not tell it.</param>
/// <param name="Target">See <see cref="FindingGroup.TargetOf"/>.</param>
internal readonly record struct FleetTarget(string Account, DnsTransport Transport, string Target)
{
    public static FleetTarget Of(in Alert alert, bool providerMerge) =>
        new(alert.Instance.Fact(InstanceAttribute.Account, alert.Start) ?? "", alert.Destination.Destination.Transport, FindingGroup.TargetOf(alert.Destination, providerMerge));
}
