namespace Wayward.Storage.Model;

/// <summary>A wish to read the past, and how far it has come. Times are Unix seconds.</summary>
public sealed class BackfillEntity
{
    public int Id { get; set; }
    public string Source { get; set; } = "";
    /// <summary>Day number; null = no limit.</summary>
    public int? FromDay { get; set; }
    public int? ToDay { get; set; }
    public string Prefix { get; set; } = "";
    public bool NewestFirst { get; set; }
    public byte State { get; set; }
    public string RequestedBy { get; set; } = "";
    public long RequestedAt { get; set; }
    public long? StartedAt { get; set; }
    public long? EndedAt { get; set; }
    /// <summary>What the dry run has found so far.</summary>
    public long SurveyObjects { get; set; }
    public long SurveyBytes { get; set; }
    public long LackingObjects { get; set; }
    public long LackingBytes { get; set; }
    /// <summary>Objects that it put into the queue.</summary>
    public long Objects { get; set; }
    public long Bytes { get; set; }
    /// <summary>All of the range has been listed.</summary>
    public bool Listed { get; set; }
    /// <summary>Of its objects, those that do not wait any more, as of the last count.</summary>
    public long Settled { get; set; }
    public long Quarantined { get; set; }
    public double ObjectsPerSecond { get; set; }
    public string? Problem { get; set; }
    /// <summary>The process that lists and counts.</summary>
    public string? LeaseOwner { get; set; }
    public long? LeaseUntil { get; set; }
}

/// <summary>A source that some process reads, or an operator has paused.</summary>
public sealed class SourceEntity
{
    public string Name { get; set; } = "";
    /// <summary>It can be asked what lies in a range: not so a queue.</summary>
    public bool CanList { get; set; }
    /// <summary>When a process last said that it reads it.</summary>
    public long PresentAt { get; set; }
    public string? PausedBy { get; set; }
    public long? PausedAt { get; set; }
}
