using Wayward.Storage.Ingest;

namespace Wayward.Storage.Contacts;

/// <summary>Decides whether an object's contribution counts.</summary>
internal static class ObjectAcceptance
{
    /// <summary>The object was committed before, or is not to be: its contribution does not count, and its row stays as it is.</summary>
    public static bool IsSettled(SourceObjectState state) => state is SourceObjectState.Done or SourceObjectState.Duplicate or SourceObjectState.Changed or SourceObjectState.Skipped;

    /// <summary>What the row of an object that is not settled says.</summary>
    /// <param name="twin">Key of another object of the same content that counts; null when there is none.</param>
    /// <returns><see cref="SourceObjectState.Done"/> when the contribution counts.</returns>
    public static (SourceObjectState State, string? Reason) Decide(string? twin) =>
        twin is null ? (SourceObjectState.Done, null) : (SourceObjectState.Duplicate, $"same content as {twin}");
}
