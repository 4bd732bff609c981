namespace Wayward.Ingest;

/// <summary>What a process does. On SQLite there is one process, and it does everything.</summary>
public enum ProcessRole
{
    /// <summary>Pages, ingest and judgement.</summary>
    All,
    /// <summary>Pages only.</summary>
    Web,
    /// <summary>Ingest, and judgement when elected; no pages, only the health checks.</summary>
    Ingest,
}
