using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;

namespace Wayward.Engine.Scan;

/// <summary>What to scan and how.</summary>
public sealed record ScanRequest
{
    /// <summary>Files and folders, as given.</summary>
    public required IReadOnlyList<string> Paths { get; init; }
    public required ResolverCatalog Catalog { get; init; }
    public required DetectionOptions Detection { get; init; }
    public IReadOnlyList<Core.Triage.ExpectedTarget> Expected { get; init; } = [];
    /// <summary>What flow logs do not say themselves; null = nothing.</summary>
    public Inventory? Inventory { get; init; }
    /// <summary>Field names of inputs that have no header of their own; null = they must tell their format themselves.</summary>
    public string? FormatHeader { get; init; }
    public FlowLogs.FlowReadLimits Limits { get; init; } = FlowLogs.FlowReadLimits.Default;
    /// <summary>0 = one per core.</summary>
    public int Workers { get; init; }
    /// <summary>Called often and from any thread; must be quick.</summary>
    public Action<ScanProgress>? Progress { get; init; }
}

/// <param name="Objects">Of how many are read.</param>
public sealed record ScanProgress(int Done, int Objects, long Bytes, long TotalBytes, long Records);

/// <summary>The outcome: the same for the same contents, in whatever order and however often they are given.</summary>
public sealed record ScanResult
{
    public required ScanInput Input { get; init; }
    /// <summary>Ascending by instance, address, protocol, port.</summary>
    public required IReadOnlyList<ScanContact> Contacts { get; init; }
    /// <summary>Those below the report threshold too; by first contact, then id.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
    /// <summary>What was accepted without a finding, with the reason; ascending by instance, destination and first contact.</summary>
    public required IReadOnlyList<AcceptedContact> Accepted { get; init; }
    /// <summary>How much of the input can be evaluated at all.</summary>
    public required BlindnessMeter Blindness { get; init; }
    /// <summary>Flow logs that logged the same interfaces at the same time.</summary>
    public required IReadOnlyList<FlowLogOverlap> Overlaps { get; init; }
    /// <summary>All that was folded, for whoever wants to look closer.</summary>
    public required ContactLedger Ledger { get; init; }
}

public sealed record ScanInput
{
    /// <summary>Objects read whole and distinct by content.</summary>
    public required int Objects { get; init; }
    /// <summary>Their stored (compressed) bytes.</summary>
    public required long Bytes { get; init; }
    /// <summary>Every data line, NODATA and SKIPDATA included, quarantined ones excluded.</summary>
    public required long Records { get; init; }
    public required long ContactRecords { get; init; }
    /// <summary>Why records cannot be contacts, by output name, ordinal order.</summary>
    public required IReadOnlyDictionary<string, long> Skipped { get; init; }
    /// <summary>Lines that could not be taken and objects that were refused: the first 100 by file and line.</summary>
    public required IReadOnlyList<ScanQuarantine> Quarantined { get; init; }
    public required long QuarantinedCount { get; init; }
    /// <summary>Objects refused as a whole, or paths that could not be opened: exit code 3.</summary>
    public required int Unreadable { get; init; }
    /// <summary>Paths whose content was there already: they contribute nothing.</summary>
    public required int Duplicates { get; init; }
}

/// <param name="Line">1-based; null when the object as a whole was refused.</param>
public sealed record ScanQuarantine(string File, long? Line, string Reason);

/// <summary>One (instance, address, protocol, port) over the whole input. Those that the evaluation takes for contacts.</summary>
/// <param name="First">Start of the first contact, Unix seconds.</param>
/// <param name="Last">Largest end of a contact.</param>
/// <param name="Answered">An accepted ingress record from the endpoint during a run of contacts, or soon after.</param>
public sealed record ScanContact(
    InstanceKey Instance, Endpoint Endpoint, DnsTransport Transport, string? Provider, CatalogTier Tier, long First, long Last,
    TrafficSum Out, long OutRejected, TrafficSum In, long InRejected, bool Answered);
