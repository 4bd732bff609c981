namespace Wayward.Core.Contacts;

/// <summary>From where on a history is read.</summary>
/// <param name="Hour">Cells of this hour and later, hours since the epoch.</param>
/// <param name="Day">Coverage of this day and later, days since the epoch.</param>
public readonly record struct HistoryStart(int Hour, int Day);

/// <summary>The late part of what is known of an instance.</summary>
/// <param name="Part">All of its facts, and from a <see cref="HistoryStart"/> on its cells and coverage; at least those cells that are new or changed. No evidence.</param>
/// <param name="LastSeen">Largest end of any of its records, Unix seconds.</param>
public sealed record HistoryTail(InstanceHistory Part, long LastSeen)
{
    /// <summary>Addresses of which the part holds every cell that there is. At least those with a pair whose first contact is not before the <see cref="HistoryStart"/>.</summary>
    public IReadOnlySet<FlowLogs.IpAddress> Whole { get; init; } = new HashSet<FlowLogs.IpAddress>();
}
