namespace Wayward.Storage.Model;

/// <summary>A finding of Amazon GuardDuty, the newest state that was imported.</summary>
public sealed class GuardDutyFindingEntity
{
    public string AccountId { get; set; } = "";
    public string Region { get; set; } = "";
    public string FindingId { get; set; } = "";
    public string Type { get; set; } = "";
    public string? InstanceId { get; set; }
    public string? Address { get; set; }
    public int Port { get; set; }
    public int Protocol { get; set; }
    public long First { get; set; }
    public long Last { get; set; }
    /// <summary>Unix milliseconds.</summary>
    public long UpdatedAt { get; set; }
    public long Count { get; set; }
    public int Severity { get; set; }
    public bool Archived { get; set; }
    public string Title { get; set; } = "";
}

/// <summary>A consumer of exported findings, and the file that is being written for it.</summary>
public sealed class ExportStreamEntity
{
    public string Name { get; set; } = "";
    public string Format { get; set; } = "";
    /// <summary>Number of the last file, from 1.</summary>
    public int Batch { get; set; }
    /// <summary>Day of that file: whole days since 1970.</summary>
    public int Day { get; set; }
    /// <summary>The file was begun and its findings are not noted yet: it is written again under the same name.</summary>
    public bool Pending { get; set; }
}

/// <summary>The revision of a finding that an export stream has had.</summary>
public sealed class ExportedFindingEntity
{
    public string Stream { get; set; } = "";
    public string FindingId { get; set; } = "";
    public int Revision { get; set; }
}
