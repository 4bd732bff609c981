using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Why a contact was accepted without a finding.</summary>
public enum AcceptedReason : byte
{
    /// <summary>It began while nothing could evaluate it: the instance was young and had no mature group, or the catalogue entry was new.</summary>
    Learned = 1,
    /// <summary>It began while the instance was young, and its group had established the target.</summary>
    LearnedFromGroup = 2,
    /// <summary>The role of the instance explains it (<see cref="AcceptedContact.Role"/>).</summary>
    Role = 3,
    /// <summary>A rule expects it (<see cref="AcceptedContact.RuleId"/>).</summary>
    Expected = 4,
    /// <summary>The records do not tell which side began the exchange, or the far end spoke first.</summary>
    Unclear = 5,
    /// <summary>The destination is in an own network: its path cannot lead to the internet, or it lies in the IPv6 network of an interface. <c>Detection:OwnPrefixes</c> makes that explicit.</summary>
    OwnNetwork = 6,
}

public static class AcceptedReasons
{
    /// <summary>Output names: <c>learned</c>, <c>learned-from-group</c>, <c>role</c>, <c>expected</c>, <c>unclear</c>, <c>own-network</c>.</summary>
    public static string Name(this AcceptedReason reason) => reason switch
    {
        AcceptedReason.Learned => "learned",
        AcceptedReason.LearnedFromGroup => "learned-from-group",
        AcceptedReason.Role => "role",
        AcceptedReason.Expected => "expected",
        AcceptedReason.Unclear => "unclear",
        AcceptedReason.OwnNetwork => "own-network",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };
}

/// <summary>
/// A contact that made no finding, with the reason. One row for an episode that was learned or that a role explains; one for a destination and rule; one for the unclear traffic with a destination, and one for what stays in an own network.
/// </summary>
/// <param name="First">Start of the first record, Unix seconds.</param>
/// <param name="Last">Largest end.</param>
/// <param name="Out">Records sent to the destination, accepted and rejected.</param>
/// <param name="In">Records received from the destination in the hours of the row.</param>
public sealed record AcceptedContact(
    InstanceKey Instance, Destination Destination, string? Provider, CatalogTier Tier, AcceptedReason Reason, long First, long Last, bool Answered, TrafficSum Out, TrafficSum In)
{
    /// <summary>The role that explains it, see <see cref="RoleNames"/>.</summary>
    public string? Role { get; init; }
    /// <summary>The rule that expects it.</summary>
    public int? RuleId { get; init; }
    /// <summary>The group that could have evaluated it, such as <c>asg:web</c>; null when none was asked.</summary>
    public string? Group { get; init; }
    /// <summary>The name of the instance when the contact began, where an inventory has one.</summary>
    public string? InstanceName { get; init; }
}

/// <summary>New targets of one instance and UTC day that its role explains.</summary>
/// <param name="Day">Days since the epoch.</param>
public sealed record RoleDay(InstanceKey Instance, int Day, string Role, int NewTargets)
{
    /// <summary>The daily summary of the contacts that roles explain: ascending by instance, day and role.</summary>
    public static IReadOnlyList<RoleDay> Of(IEnumerable<AcceptedContact> accepted) =>
    [
        .. accepted.Where(a => a.Role is not null).GroupBy(a => (a.Instance, Day: UnixTime.Day(a.First), Role: a.Role!))
            .Select(g => new RoleDay(g.Key.Instance, g.Key.Day, g.Key.Role, g.Select(a => a.Destination).Distinct().Count()))
            .OrderBy(d => d.Instance).ThenBy(d => d.Day).ThenBy(d => d.Role, StringComparer.Ordinal),
    ];
}
