using Microsoft.EntityFrameworkCore;

namespace Wayward.Storage.Model;

/// <summary>An incident; its findings name it in <see cref="FindingEntity.IncidentId"/>.</summary>
public sealed class IncidentEntity : ICheckedRow
{
    public int Id { get; set; }
    public string Title { get; set; } = "";
    public byte Status { get; set; }
    /// <summary>Not closed.</summary>
    public bool IsOpen { get; set; }
    /// <summary>False when its creation was undone.</summary>
    public bool Shown { get; set; }
    public string? Owner { get; set; }
    /// <summary>Tenths; null = the highest of its findings.</summary>
    public int? SetSeverity { get; set; }
    public string SeverityReason { get; set; } = "";
    public string Narrative { get; set; } = "";
    /// <summary>Kept with every change of its findings, as <see cref="FindingCount"/> is.</summary>
    [FollowsOtherRows]
    public int HighestSeverity { get; set; }
    [FollowsOtherRows]
    public int FindingCount { get; set; }
    public int Revision { get; set; }
    public int NarrativeRevision { get; set; }
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
    public long UpdatedAt { get; set; }
    /// <summary>Lower-case text that the free-text filter matches.</summary>
    public string Search { get; set; } = "";
    public long Checksum { get; set; }
}

public sealed class IncidentTaskEntity : ICheckedRow
{
    public long Id { get; set; }
    public int IncidentId { get; set; }
    public string Text { get; set; } = "";
    public string? DoneBy { get; set; }
    public long? DoneAt { get; set; }
    /// <summary>False when it was removed.</summary>
    public bool Shown { get; set; }
    public long Checksum { get; set; }
}

internal static class IncidentModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<IncidentEntity>(e =>
        {
            e.HasKey(x => x.Id);
            // As numbers, so that a filter reads "is_open = 1", which an index can seek.
            e.Property(x => x.IsOpen).HasConversion<int>();
            e.Property(x => x.Shown).HasConversion<int>();
            e.HasIndex(x => new { x.Shown, x.IsOpen, x.UpdatedAt, x.Id });
            e.HasIndex(x => new { x.Shown, x.UpdatedAt, x.Id });
        });
        model.Entity<IncidentTaskEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.Property(x => x.Shown).HasConversion<int>();
            e.HasIndex(x => x.IncidentId);
        });
    }
}
