namespace Wayward.Storage.Model;

/// <summary>Dictionary of instances, with the columns that lists sort by. All times Unix seconds.</summary>
public sealed class InstanceEntity
{
    public int Id { get; set; }
    public string Key { get; set; } = "";
    public string? Name { get; set; }
    public string? AccountId { get; set; }
    public string? VpcId { get; set; }
    public string? SubnetId { get; set; }
    public string? Asg { get; set; }
    public string? Region { get; set; }
    /// <summary>Smallest start of any record.</summary>
    public long FirstSeen { get; set; }
    /// <summary>Largest end of any record.</summary>
    public long LastSeen { get; set; }
    /// <summary>Start of the present observation epoch.</summary>
    public long ObservedSince { get; set; }
    /// <summary>Largest end of a contact; 0 = none.</summary>
    public long LastContact { get; set; }
    public int Destinations { get; set; }
    public int OpenFindings { get; set; }
    public int MaxSeverity { get; set; }
    /// <summary>Lower-case text that the free-text filter matches.</summary>
    public string Search { get; set; } = "";
}

/// <summary>Dictionary of remote endpoints, with fleet-wide prevalence.</summary>
public sealed class EndpointEntity
{
    public int Id { get; set; }
    /// <summary>4 or 16 bytes, network order: sorts and ranges as bytes.</summary>
    public byte[] Address { get; set; } = [];
    public byte Protocol { get; set; }
    public int Port { get; set; }
    /// <summary>First contact by anyone; <see cref="long.MaxValue"/> when there is none.</summary>
    public long First { get; set; }
    /// <summary>Last contact by anyone; 0 when there is none.</summary>
    public long Last { get; set; }
    /// <summary>Instances that have contacted it.</summary>
    public int Instances { get; set; }
}

/// <summary>One (instance, endpoint): the span of its contacts.</summary>
public sealed class ContactPairEntity
{
    public int InstanceId { get; set; }
    public int EndpointId { get; set; }
    public long First { get; set; }
    public long Last { get; set; }
}

/// <summary>
/// The key of a cell; its other columns are those of <see cref="Contacts.ContactColumns"/>, and are read and written past EF. Clustered by the key, so a timeline is one range scan.
/// </summary>
public sealed class ContactHourEntity
{
    public int InstanceId { get; set; }
    public int EndpointId { get; set; }
    public int Hour { get; set; }
    public int Log { get; set; }
}

public sealed class CoverageDayEntity
{
    public int InstanceId { get; set; }
    public int Day { get; set; }
    public long FirstStart { get; set; }
    public long LastEnd { get; set; }
    public int Hours { get; set; }
    public int SkipHours { get; set; }
    public long Records { get; set; }
}

public sealed class InstanceFactEntity
{
    public int InstanceId { get; set; }
    public byte Attribute { get; set; }
    public string Value { get; set; } = "";
    public long First { get; set; }
    public long Last { get; set; }
}

public sealed class ContactEvidenceEntity
{
    public int InstanceId { get; set; }
    public int EndpointId { get; set; }
    public long Start { get; set; }
    public long ObjectId { get; set; }
    public long Line { get; set; }
    public string Text { get; set; } = "";
}

/// <summary>The one row of the ledger's state.</summary>
public sealed class LedgerStateEntity
{
    public const int OnlyId = 1;
    public int Id { get; set; }
    /// <summary>Number of the last commit.</summary>
    public long CommitNumber { get; set; }
    /// <summary>Everything up to this commit has been evaluated.</summary>
    public long EvaluatedCommit { get; set; }
    /// <summary>Largest record start: the watermark's basis.</summary>
    public long MaxStart { get; set; }
    /// <summary>Cells of days before this (days since the epoch) are one for each day.</summary>
    public int CompactedBefore { get; set; }
    /// <summary>H in seconds that <see cref="InstanceEntity.ObservedSince"/> was computed with.</summary>
    public long HistoryWindow { get; set; }
    /// <summary>Fingerprint of parameters, catalogue and rules that the stored findings were evaluated with; null = never evaluated.</summary>
    public string? EvaluatedWith { get; set; }
    /// <summary>The same fingerprint, of what <see cref="InstanceSummaryEntity"/> holds; null = nothing that can be used.</summary>
    public string? SummaryInputs { get; set; }
    /// <summary><see cref="EvaluatedCommit"/> when that was written: when the two differ, someone evaluated who does not keep summaries.</summary>
    public long SummaryCommit { get; set; }
}

/// <summary>
/// What the evaluation knows of an instance as of <see cref="LedgerStateEntity.SummaryCommit"/>, for a process that starts. A cache: all of it can be made of the cells again.
/// </summary>
public sealed class InstanceSummaryEntity
{
    public int InstanceId { get; set; }
    public byte[] Content { get; set; } = [];
}

/// <summary>
/// Checksum of one UTC day's cells and coverage, made when the day was at rest. Every commit that writes to a day deletes its checksum in the same transaction, so a day
/// whose content differs from its checksum was changed by something else than this program.
/// </summary>
public sealed class DayChecksumEntity
{
    public int Day { get; set; }
    public long Rows { get; set; }
    /// <summary>32 hex digits.</summary>
    public string Checksum { get; set; } = "";
}

/// <summary>Endpoints with contacts since the last completed detection.</summary>
public sealed class TouchedEndpointEntity
{
    public int EndpointId { get; set; }
    public long CommitNumber { get; set; }
}

/// <summary>Instances to evaluate since the last completed detection.</summary>
public sealed class TouchedInstanceEntity
{
    public int InstanceId { get; set; }
    public long CommitNumber { get; set; }
    /// <summary>Cells and coverage before this hour (since the epoch) are what they were; 0 = perhaps none is.</summary>
    public int FromHour { get; set; }
}
