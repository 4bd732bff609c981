using System.Text.Json;
using System.Text.Json.Serialization;
using Wayward.Core.Triage;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <summary>The triage of one finding as an audit entry keeps it: what undo compares and restores.</summary>
public sealed record TriageState(FindingStatus Status, Resolution Resolution, string? Assignee, int? ExpectedTargetId, string? Note)
{
    internal static TriageState Of(FindingEntity f) =>
        new((FindingStatus)f.Status, (Resolution)f.Resolution, f.Assignee, f.ExpectedTargetId, f.Note);

    internal void Restore(FindingEntity f)
    {
        f.Status = (byte)Status;
        f.IsOpen = Status.IsOpen();
        f.Resolution = (byte)Resolution;
        f.Assignee = Assignee;
        f.ExpectedTargetId = ExpectedTargetId;
        f.Note = Note;
    }
}

/// <summary>One side (before or after) of an audit entry.</summary>
public sealed record AuditState
{
    public IReadOnlyDictionary<string, TriageState>? Findings { get; init; }
    /// <summary>Rule number to: in force.</summary>
    public IReadOnlyDictionary<int, bool>? Rules { get; init; }
    /// <summary>Comment number to: shown.</summary>
    public IReadOnlyDictionary<long, bool>? Comments { get; init; }
    /// <summary>Incident number to its changed fields.</summary>
    public IReadOnlyDictionary<int, IReadOnlyDictionary<string, string?>>? Incidents { get; init; }
    /// <summary>Task number to its changed fields.</summary>
    public IReadOnlyDictionary<long, IReadOnlyDictionary<string, string?>>? Tasks { get; init; }
    /// <summary>Finding id to the incident that it is in; null = none.</summary>
    public IReadOnlyDictionary<string, int?>? Gathered { get; init; }
    /// <summary>What the analyst wrote beside the decision.</summary>
    public string? Comment { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, AuditJsonContext.Default.AuditState);

    /// <summary>Null when the text is no such state: an entry that has nothing to restore.</summary>
    public static AuditState? Parse(string? json)
    {
        if (json is null) return null;
        try
        {
            return JsonSerializer.Deserialize(json, AuditJsonContext.Default.AuditState);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditState))]
internal sealed partial class AuditJsonContext : JsonSerializerContext;
