using Wayward.Core.Contacts;

namespace Wayward.Engine.Evidence;

/// <param name="Container">Folder or bucket.</param>
/// <param name="Line">1-based line in the expanded object.</param>
/// <param name="Text">As it stood; other than printable ASCII is escaped.</param>
public sealed record RawRecord(string Container, string Key, long Line, long Start, long End, bool Egress, string Action, long Packets, long Bytes, string Text);

/// <param name="Complete">False when the limit was reached or an object could not be read; <paramref name="Problems"/> says which.</param>
public sealed record EvidenceResult(IReadOnlyList<RawRecord> Records, bool Complete, IReadOnlyList<string> Problems);

/// <summary>Finds raw records by re-reading the objects that cover a span: the ledger knows their time ranges. On demand only.</summary>
public interface IEvidenceReader
{
    /// <param name="from">Unix seconds, inclusive.</param>
    /// <param name="to">Exclusive.</param>
    Task<EvidenceResult> ReadAsync(InstanceKey instance, Destination destination, long from, long to, int take, CancellationToken cancellation);
}
