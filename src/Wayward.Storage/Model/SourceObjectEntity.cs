namespace Wayward.Storage.Model;

/// <summary>A ledger row. The key is the object's stable id (<see cref="Core.Contacts.ObjectIdentity.Id"/>). Times are Unix seconds.</summary>
public sealed class SourceObjectEntity
{
    public long ObjectId { get; set; }
    public string Source { get; set; } = "";
    public string Container { get; set; } = "";
    public string Key { get; set; } = "";
    public string ETag { get; set; } = "";
    /// <summary>Container and key, lower-case: what the free-text filter matches.</summary>
    public string Search { get; set; } = "";
    public byte State { get; set; }
    public long Bytes { get; set; }
    public long LastModified { get; set; }
    public long SeenAt { get; set; }
    public long? DoneAt { get; set; }
    public int Attempts { get; set; }
    public long? NextTry { get; set; }
    public string? Reason { get; set; }
    public string? LeaseOwner { get; set; }
    /// <summary>Grows with every lease: who finishes must hold the last one.</summary>
    public int LeaseEpoch { get; set; }
    public long? LeaseUntil { get; set; }
    public long ExpandedBytes { get; set; }
    public long Records { get; set; }
    public long ContactRecords { get; set; }
    public long Quarantined { get; set; }
    public string? QuarantineJson { get; set; }
    public string? SkippedJson { get; set; }
    public string? Format { get; set; }
    public string? Columns { get; set; }
    public long FirstStart { get; set; }
    public long LastEnd { get; set; }
    public string? Sha256 { get; set; }
    public double ReadMilliseconds { get; set; }
    /// <summary>Number of the commit that it was part of.</summary>
    public long Mark { get; set; }
}
