namespace Wayward.Storage.Model;

/// <summary>The queue's columns; the whole finding lies beside it in <see cref="FindingDocumentEntity"/>, so that scans of the queue stay narrow.</summary>
public sealed class FindingEntity : ICheckedRow
{
    public string Id { get; set; } = "";
    public string GroupId { get; set; } = "";
    public byte Type { get; set; }
    public byte SubjectKind { get; set; }
    public string SubjectId { get; set; } = "";
    public string? InstanceName { get; set; }
    public string? AccountId { get; set; }
    public string? VpcId { get; set; }
    public string? Asg { get; set; }
    public byte Transport { get; set; }
    public string? Provider { get; set; }
    /// <summary>Provider, else first address: what siblings share.</summary>
    public string Target { get; set; } = "";
    public string Address { get; set; } = "";
    public int AddressCount { get; set; }
    public int MemberCount { get; set; }
    public byte Basis { get; set; }
    public byte Outcome { get; set; }
    public int Severity { get; set; }
    public byte Band { get; set; }
    public int Confidence { get; set; }
    public long First { get; set; }
    public long Last { get; set; }
    public long Count { get; set; }
    /// <summary>Sent and received.</summary>
    public long Bytes { get; set; }
    public bool Reported { get; set; }
    public bool Provisional { get; set; }
    public string Why { get; set; } = "";
    /// <summary>Lower-case text that the free-text filter matches.</summary>
    public string Search { get; set; } = "";
    /// <summary>First 63 bits of SHA-256 over the document: tells unchanged findings apart without reading it.</summary>
    public long ContentHash { get; set; }

    public byte Status { get; set; }
    /// <summary>Open or acknowledged.</summary>
    public bool IsOpen { get; set; }
    /// <summary>What it was before the engine closed it by itself; 0 = it did not.</summary>
    public byte PreviousStatus { get; set; }
    public byte Resolution { get; set; }
    /// <summary>Event time up to which it was known when an analyst closed it last, Unix seconds; 0 = never.</summary>
    public long ClosedThrough { get; set; }
    /// <summary><see cref="Bytes"/> at that time.</summary>
    public long ClosedBytes { get; set; }
    public string? Assignee { get; set; }
    /// <summary>The rule that closed it; of an open one, the rule that it was reopened against.</summary>
    public int? ExpectedTargetId { get; set; }
    /// <summary>The incident that it is gathered into; null = none.</summary>
    public int? IncidentId { get; set; }
    public string? Note { get; set; }
    public int Revision { get; set; }
    /// <summary>The revision of the last change that an analyst must have seen to decide: triage by someone, new addresses or members, another status.</summary>
    public int GuardRevision { get; set; }
    public long DetectedAt { get; set; }
    public long UpdatedAt { get; set; }
    /// <inheritdoc/>
    public long Checksum { get; set; }
}

public sealed class FindingDocumentEntity
{
    public string FindingId { get; set; } = "";
    public string Json { get; set; } = "";
}

public sealed class FindingMemberEntity
{
    public string FindingId { get; set; } = "";
    public string InstanceKey { get; set; } = "";
}

public sealed class FindingAddressEntity
{
    public string FindingId { get; set; } = "";
    public string Address { get; set; } = "";
}

/// <summary>An id that another finding took over.</summary>
public sealed class FindingAliasEntity
{
    public string OldId { get; set; } = "";
    public string FindingId { get; set; } = "";
}

/// <summary>How many findings there are of each kind, kept with every change: chips and totals need no scan.</summary>
public sealed class FindingTallyEntity
{
    public byte Status { get; set; }
    public bool Reported { get; set; }
    public byte Type { get; set; }
    public byte Transport { get; set; }
    public byte Band { get; set; }
    public int Count { get; set; }
}

public sealed class FindingCommentEntity : ICheckedRow
{
    public long Id { get; set; }
    public string FindingId { get; set; } = "";
    public string Author { get; set; } = "";
    /// <summary>Unix milliseconds.</summary>
    public long At { get; set; }
    public string Text { get; set; } = "";
    /// <summary>Set when its audit entry was undone.</summary>
    public bool Withdrawn { get; set; }
    /// <inheritdoc/>
    public long Checksum { get; set; }
}

public sealed class ExpectedTargetEntity : ICheckedRow
{
    public int Id { get; set; }
    public string Json { get; set; } = "";
    public long CreatedAt { get; set; }
    public long? DeletedAt { get; set; }
    /// <inheritdoc/>
    public long Checksum { get; set; }
}

public sealed class AuditEntryEntity
{
    public long Id { get; set; }
    /// <summary>Unix milliseconds.</summary>
    public long At { get; set; }
    public string Actor { get; set; } = "";
    public string Verb { get; set; } = "";
    public string Subject { get; set; } = "";
    public string Summary { get; set; } = "";
    public string? Before { get; set; }
    public string? After { get; set; }
    public long? UndoOf { get; set; }
    public long? UndoneBy { get; set; }
    /// <summary>Place in the chain, from 1 without a gap.</summary>
    public long Sequence { get; set; }
    /// <summary>Hash of this entry and, through the one before it, of all earlier ones; hexadecimal.</summary>
    public string Hash { get; set; } = "";
    /// <summary>Salted hash of the texts of this entry; hexadecimal. The chain is over this, so the texts can be erased.</summary>
    public string TextHash { get; set; } = "";
    /// <summary>Hexadecimal; null once the texts were erased.</summary>
    public string? Salt { get; set; }
    /// <summary>Lower-case text that the free-text filter matches.</summary>
    public string Search { get; set; } = "";
}

/// <summary>The newest entry of the chain. One row; writers queue for it.</summary>
public sealed class AuditHeadEntity
{
    public int Id { get; set; }
    public long Sequence { get; set; }
    public string Hash { get; set; } = "";
}

/// <summary>Which findings (by id) and rules (by <c>rule:n</c>) an entry is about.</summary>
public sealed class AuditSubjectEntity
{
    public long AuditId { get; set; }
    public string Subject { get; set; } = "";
}
