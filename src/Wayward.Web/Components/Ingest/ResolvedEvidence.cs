using Wayward.Core.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Web.Components.Ingest;

/// <summary>A kept raw record with the object it stands in; the object is null when the ledger no longer knows it.</summary>
public sealed record ResolvedEvidence(EvidenceLine Line, SourceObjectRow? Object);
