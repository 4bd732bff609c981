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
    /// <summary>Instances that it contributed to (<see cref="Contacts.IdSet"/>): what must be rebuilt when it is replaced.</summary>
    public byte[]? InstanceIds { get; set; }
    /// <summary>The backfill in whose lane it waits, or was read; 0 = live.</summary>
    public int Backfill { get; set; }
    /// <summary>What it is read in the order of, within its lane: Unix seconds.</summary>
    public long Turn { get; set; }
    /// <summary>Number of the commit that it was part of.</summary>
    public long CommitNumber { get; set; }
}

/// <summary>
/// A stretch of the ledger that was cleared because an object in it was replaced: minimum and maximum cannot be subtracted. The other objects that reach into it are
/// read again and contribute to just this stretch.
/// </summary>
public sealed class RebuildWindowEntity
{
    public int Id { get; set; }
    /// <summary>Days since the epoch, both included.</summary>
    public int FromDay { get; set; }
    public int ToDay { get; set; }
    public byte[] InstanceIds { get; set; } = [];
}

/// <summary>An object that has to be read again for a window.</summary>
public sealed class ObjectReplayEntity
{
    public long ObjectId { get; set; }
    public int WindowId { get; set; }
}
