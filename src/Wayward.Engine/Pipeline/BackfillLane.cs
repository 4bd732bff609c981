using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>The queue of one backfill, as this process reads from it.</summary>
internal sealed class BackfillLane(int id, SourceState source, bool newestFirst)
{
    public int Id => id;
    public SourceState Source => source;
    public QueueLane Queue { get; } = new(source.Source.Name, newestFirst, id);
    /// <summary>May hold objects to read; cleared by the feeder when it finds none.</summary>
    public volatile bool MayHaveWork = true;
}
