using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Storage.Instances;

public sealed record InstanceRow
{
    public required string Id { get; init; }
    public required InstanceKind Kind { get; init; }
    public string? Name { get; init; }
    public string? AccountId { get; init; }
    public string? VpcId { get; init; }
    public string? SubnetId { get; init; }
    public string? Asg { get; init; }
    public string? Region { get; init; }
    /// <summary>First and last record of any sort, Unix seconds.</summary>
    public required long FirstSeen { get; init; }
    public required long LastSeen { get; init; }
    /// <summary>Start of the present observation epoch.</summary>
    public required long ObservedSince { get; init; }
    /// <summary>Distinct destinations ever contacted.</summary>
    public required int Destinations { get; init; }
    public required int OpenFindings { get; init; }
    /// <summary>Largest severity of an open finding, tenths; 0 = none.</summary>
    public required int MaxSeverity { get; init; }
}

public enum InstanceSort : byte { Id, LastSeen, FirstSeen, Destinations, OpenFindings }

public sealed record InstanceQuery
{
    /// <summary>Substring of id, name, account, VPC, subnet, ASG; case-insensitive.</summary>
    public string? Text { get; init; }
    public bool OnlyWithFindings { get; init; }
    /// <summary>Only those observed for less than L at the watermark.</summary>
    public bool OnlyLearning { get; init; }
    /// <summary>Only those that <see cref="FleetFacts.GapInstances"/> counts.</summary>
    public bool OnlySilent { get; init; }
    public InstanceSort Sort { get; init; } = InstanceSort.OpenFindings;
    public bool Descending { get; init; } = true;
    public int Skip { get; init; }
    public int Take { get; init; } = 50;
}

public sealed record InstanceList(IReadOnlyList<InstanceRow> Rows, int Total);

/// <summary>One destination row of the fleet view.</summary>
public sealed record DestinationRow
{
    public required IpAddress Address { get; init; }
    public required byte Protocol { get; init; }
    public required ushort Port { get; init; }
    public required long First { get; init; }
    public required long Last { get; init; }
    public required int Instances { get; init; }
}

/// <summary>Who else uses a target, order of adoption.</summary>
public sealed record DestinationUse(string InstanceId, string? InstanceName, string? AccountId, string? Asg, byte Protocol, ushort Port, long First, long Last);

/// <summary>Reads the contact ledger. Projections only; nothing is tracked.</summary>
public interface IInstanceStore
{
    Task<InstanceList> QueryAsync(InstanceQuery query, CancellationToken cancellation);
    Task<InstanceRow?> FindAsync(string id, CancellationToken cancellation);
    Task<IReadOnlyList<InstanceFact>> FactsAsync(string id, CancellationToken cancellation);

    /// <summary>Cells and coverage of one instance whose hour lies in [fromHour, toHour); null = unknown instance.</summary>
    Task<InstanceHistory?> HistoryAsync(string id, int fromHour, int toHour, CancellationToken cancellation);

    Task<(IReadOnlyList<DestinationRow> Rows, int Total)> DestinationsAsync(string? text, int skip, int take, CancellationToken cancellation);
    Task<IReadOnlyList<DestinationUse>> UsersOfAsync(IpAddress address, int take, CancellationToken cancellation);

    Task<FleetFacts> FleetAsync(CancellationToken cancellation);
}

/// <summary>For the overview.</summary>
/// <param name="Learning">Instances observed for less than L at the watermark.</param>
/// <param name="NextEvaluated">When the first of them will have been observed for L, Unix seconds.</param>
/// <param name="NewTargets">Endpoints first contacted by anyone within a day before the watermark.</param>
/// <param name="GapInstances">Logged within a day before the watermark, but not in the last two hours before it.</param>
public sealed record FleetFacts(int Instances, int Learning, long? NextEvaluated, int Destinations, int NewTargets, long FirstRecord, long MaxStart, int GapInstances);
