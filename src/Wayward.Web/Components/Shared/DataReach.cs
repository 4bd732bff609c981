using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;

namespace Wayward.Web.Components.Shared;

/// <summary>How far the data reach and how well they cover: what an all-clear rests on.</summary>
/// <param name="Unread">Objects that were delivered and could not be read.</param>
public sealed record DataReach(FleetFacts Fleet, long Unread)
{
    public static DataReach Of(FleetFacts fleet, IngestCounts ingest) =>
        new(fleet, ingest.ByState.GetValueOrDefault(SourceObjectState.Quarantined) + ingest.ByState.GetValueOrDefault(SourceObjectState.Retry));

    /// <summary>One fact in each sentence; what weakens the all-clear is named by its number.</summary>
    public IReadOnlyList<string> Sentences(UiState ui)
    {
        List<string> sentences = [];
        if (Fleet.Learning > 0)
        {
            string until = Fleet.NextEvaluated is { } at ? $"; the first is evaluated by its own history from {ui.Stamp(at)}" : "";
            sentences.Add($"{Words.Count(Fleet.Learning, "instance is", "instances are")} still learning{until}.");
        }
        else sentences.Add($"{(Fleet.Instances == 1 ? "The only instance is" : $"All {Words.Count(Fleet.Instances)} instances are")} evaluated by {(Fleet.Instances == 1 ? "its" : "their")} own history.");
        sentences.Add(Fleet.GapInstances == 0
            ? "Every instance seen in the last day of data still sends logs."
            : $"{Words.Count(Fleet.GapInstances, "instance")} stopped sending logs within the last day of data.");
        if (Unread > 0) sentences.Add($"{Words.Count(Unread, "object")} could not be read; what {(Unread == 1 ? "it says is" : "they say is")} missing here.");
        sentences.Add("Flow logs do not show queries to the Amazon resolver, DNS inside a VPN, or DoH to a server that no list names.");
        return sentences;
    }
}
