using Wayward.Core.Contacts;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Storage.Findings;

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

    /// <summary>What a row would say of an instance, of its whole history and its findings.</summary>
    /// <param name="historyWindow">H in seconds.</param>
    public static InstanceRow Of(InstanceHistory history, long historyWindow, IReadOnlyList<FindingRow> findings)
    {
        var latest = new InstanceFactSummary(history.Facts);
        var epoch = new ObservationEpoch(historyWindow);
        foreach (var day in history.Coverage.Values) epoch.Add(day.FirstStart, day.LastEnd);
        var open = findings.Where(f => f.Reported && f.Status.IsOpen()).ToList();
        return new()
        {
            Id = history.Key.Id, Kind = history.Key.Kind, Name = latest[InstanceAttribute.Name], AccountId = latest[InstanceAttribute.Account], VpcId = latest[InstanceAttribute.Vpc],
            SubnetId = latest[InstanceAttribute.Subnet], Asg = latest[InstanceAttribute.Asg], Region = latest[InstanceAttribute.Region],
            FirstSeen = history.Coverage.Values.Select(d => d.FirstStart).DefaultIfEmpty(long.MaxValue).Min(), LastSeen = history.Coverage.Values.Select(d => d.LastEnd).DefaultIfEmpty().Max(),
            ObservedSince = epoch.Start, Destinations = history.Pairs.Where(p => p.Value.Exists(c => c.HasContact)).Select(p => DestinationKind(p.Key)).Distinct().Count(),
            OpenFindings = open.Count, MaxSeverity = open.Select(f => f.Severity).DefaultIfEmpty().Max(),
        };
    }

    /// <summary>Port 53 is one kind over TCP and UDP; on any other port the protocol tells the transport.</summary>
    private static (IpAddress, int, int) DestinationKind(Endpoint endpoint) => (endpoint.Address, endpoint.Port == 53 ? 0 : endpoint.Protocol, endpoint.Port);
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

/// <summary>Lists and counts of the contact ledger, by the keys that the logs use. Whole histories are read as the inventory sees them, by the engine.</summary>
public interface IInstanceStore
{
    Task<InstanceList> QueryAsync(InstanceQuery query, CancellationToken cancellation);
    Task<(IReadOnlyList<DestinationRow> Rows, int Total)> DestinationsAsync(string? text, int skip, int take, CancellationToken cancellation);
    Task<IReadOnlyList<DestinationUse>> UsersOfAsync(IpAddress address, int take, CancellationToken cancellation);

    /// <summary>Records were stored under this id.</summary>
    Task<bool> ExistsAsync(string id, CancellationToken cancellation);
    Task<FleetFacts> FleetAsync(CancellationToken cancellation);
}

/// <summary>For the overview.</summary>
/// <param name="Learning">Instances observed for less than L at the watermark.</param>
/// <param name="NextEvaluated">When the first of them will have been observed for L, Unix seconds.</param>
/// <param name="NewTargets">Endpoints first contacted by anyone within a day before the watermark.</param>
/// <param name="GapInstances">Logged within a day before the watermark, but not in the last two hours before it.</param>
public sealed record FleetFacts(int Instances, int Learning, long? NextEvaluated, int Destinations, int NewTargets, long FirstRecord, long MaxStart, int GapInstances);
