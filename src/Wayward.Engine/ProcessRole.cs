namespace Wayward.Engine;

/// <summary>What a process does. On SQLite there is one process, and it does everything.</summary>
public enum ProcessRole
{
    /// <summary>Pages, ingest and evaluation.</summary>
    All,
    /// <summary>Pages only.</summary>
    Web,
    /// <summary>Ingest, and evaluation when elected; no pages, only the health checks.</summary>
    Ingest,
}
