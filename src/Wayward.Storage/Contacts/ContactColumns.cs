using Wayward.Core.Contacts;

namespace Wayward.Storage.Contacts;

/// <summary>How a stored value and a new one become one. All are commutative and associative, so the order of commits cannot matter.</summary>
internal enum ColumnMerge : byte
{
    Min,
    Max,
    Sum,
    /// <summary>Bit by bit.</summary>
    Or,
    /// <summary>Where the first contact record stands: the value that belongs to the smaller (first_contact, first_object, first_line).</summary>
    OfFirstContact,
    /// <summary>The smallest inner sources of both, by <see cref="InnerSources.Merge"/>.</summary>
    InnerSources,
}

/// <summary>A column of <c>contact_hours</c> beside its key.</summary>
/// <param name="Name">In the database.</param>
internal abstract record ContactColumn(string Name, ColumnMerge Merge);

/// <summary>A number, 64 bits unless <see cref="IsSmall"/>; never null.</summary>
internal sealed record NumberColumn(string Name, ColumnMerge Merge, Func<ContactHour, long> Get, Action<ContactHour, long> Set) : ContactColumn(Name, Merge)
{
    /// <summary>16 bits.</summary>
    public bool IsSmall { get; init; }

    /// <summary>The id of an object.</summary>
    public bool IsObject { get; init; }

    /// <summary>The value in a cell of which nothing is known, and so in rows that are older than the column.</summary>
    public long Empty => Merge == ColumnMerge.Min ? long.MaxValue : 0;
}

/// <summary>Bytes; null when there are none.</summary>
internal sealed record BytesColumn(string Name, ColumnMerge Merge, Func<ContactHour, byte[]?> Get, SetBytes Set) : ContactColumn(Name, Merge);

internal delegate void SetBytes(ContactHour cell, ReadOnlySpan<byte> value);

/// <summary>
/// The columns of a contact cell, written once: the model, the statements, binders and readers of each database, the checksums and the canonical dump follow this table. A new column goes to the end, because day checksums
/// name columns by their position.
/// </summary>
internal static class ContactColumns
{
    public const string Table = "contact_hours";

    /// <summary>Instance id, endpoint id, hour since the epoch, flow log: 32 bits each.</summary>
    public static readonly IReadOnlyList<string> Key = ["instance_id", "endpoint_id", "hour", "log"];

    public static readonly ContactColumn[] All =
    [
        new NumberColumn("first_contact", ColumnMerge.Min, static c => c.FirstContact, static (c, v) => c.FirstContact = v),
        new NumberColumn("last_contact", ColumnMerge.Max, static c => c.LastContact, static (c, v) => c.LastContact = v),
        new NumberColumn("out_accepted_records", ColumnMerge.Sum, static c => c.OutAccepted.Records, static (c, v) => c.OutAccepted = c.OutAccepted with { Records = v }),
        new NumberColumn("out_accepted_packets", ColumnMerge.Sum, static c => c.OutAccepted.Packets, static (c, v) => c.OutAccepted = c.OutAccepted with { Packets = v }),
        new NumberColumn("out_accepted_bytes", ColumnMerge.Sum, static c => c.OutAccepted.Bytes, static (c, v) => c.OutAccepted = c.OutAccepted with { Bytes = v }),
        new NumberColumn("out_rejected_records", ColumnMerge.Sum, static c => c.OutRejected.Records, static (c, v) => c.OutRejected = c.OutRejected with { Records = v }),
        new NumberColumn("out_rejected_packets", ColumnMerge.Sum, static c => c.OutRejected.Packets, static (c, v) => c.OutRejected = c.OutRejected with { Packets = v }),
        new NumberColumn("out_rejected_bytes", ColumnMerge.Sum, static c => c.OutRejected.Bytes, static (c, v) => c.OutRejected = c.OutRejected with { Bytes = v }),
        new NumberColumn("in_accepted_records", ColumnMerge.Sum, static c => c.InAccepted.Records, static (c, v) => c.InAccepted = c.InAccepted with { Records = v }),
        new NumberColumn("in_accepted_packets", ColumnMerge.Sum, static c => c.InAccepted.Packets, static (c, v) => c.InAccepted = c.InAccepted with { Packets = v }),
        new NumberColumn("in_accepted_bytes", ColumnMerge.Sum, static c => c.InAccepted.Bytes, static (c, v) => c.InAccepted = c.InAccepted with { Bytes = v }),
        new NumberColumn("in_rejected_records", ColumnMerge.Sum, static c => c.InRejected.Records, static (c, v) => c.InRejected = c.InRejected with { Records = v }),
        new NumberColumn("in_rejected_packets", ColumnMerge.Sum, static c => c.InRejected.Packets, static (c, v) => c.InRejected = c.InRejected with { Packets = v }),
        new NumberColumn("in_rejected_bytes", ColumnMerge.Sum, static c => c.InRejected.Bytes, static (c, v) => c.InRejected = c.InRejected with { Bytes = v }),
        new NumberColumn("max_packets", ColumnMerge.Max, static c => c.MaxPackets, static (c, v) => c.MaxPackets = v),
        new NumberColumn("flags", ColumnMerge.Or, static c => (long)c.Flags, static (c, v) => c.Flags = (ContactFlags)v) { IsSmall = true },
        new NumberColumn("first_answer", ColumnMerge.Min, static c => c.FirstAnswer, static (c, v) => c.FirstAnswer = v),
        new NumberColumn("last_answer", ColumnMerge.Max, static c => c.LastAnswer, static (c, v) => c.LastAnswer = v),
        new NumberColumn("answer_minutes", ColumnMerge.Or, static c => (long)c.AnswerMinutes, static (c, v) => c.AnswerMinutes = (ulong)v),
        new BytesColumn("inner_sources", ColumnMerge.InnerSources, static c => InnerSources.Write(c.InnerSources), static (c, v) => c.InnerSources = InnerSources.Read(v)),
        new NumberColumn("first_object", ColumnMerge.OfFirstContact, static c => c.FirstObject, static (c, v) => c.FirstObject = v) { IsObject = true },
        new NumberColumn("first_line", ColumnMerge.OfFirstContact, static c => c.FirstLine, static (c, v) => c.FirstLine = v),
        new NumberColumn("last_reject", ColumnMerge.Max, static c => c.LastReject, static (c, v) => c.LastReject = v),
    ];
}
