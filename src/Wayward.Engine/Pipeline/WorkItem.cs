using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>An object on its way: claimed from the ledger, not yet settled in it.</summary>
/// <param name="Live">False = it belongs to a backfill and does not count among what its source has waiting.</param>
internal sealed record WorkItem(SourceState Source, OfferedObject Object, bool Live = true);
