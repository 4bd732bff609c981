using System.Buffers;

namespace Wayward.FlowLogs.Text;

/// <summary>Tells transit gateway flow logs, which share buckets, streams and log groups with VPC flow logs. Source: AWS Transit Gateway guide, "Transit Gateway Flow Logs records".</summary>
internal static class TransitGateway
{
    private static readonly SearchValues<byte> Hexadecimal = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Fields that only these records have, without hyphens.</summary>
    private static readonly string[] Names =
    [
        "resourcetype", "tgwid", "tgwattachmentid", "tgwsrcvpcaccountid", "tgwdstvpcaccountid", "tgwsrcvpcid", "tgwdstvpcid", "tgwsrcsubnetid", "tgwdstsubnetid", "tgwsrceni", "tgwdsteni",
        "tgwsrcazid", "tgwdstazid", "tgwpairattachmentid", "packetslostnoroute", "packetslostblackhole", "packetslostmtuexceeded", "packetslostttlexpired",
    ];

    /// <summary>Is it the name of a field that only these records have, in any spelling?</summary>
    public static bool IsName(string token) => Names.Contains(Fold(token));

    /// <summary>Is it the name of a field that has a value in every such record?</summary>
    public static bool Identifies(string token) => IsName(token) && Fold(token) is { } name && (name.StartsWith("tgw", StringComparison.Ordinal) || name == "resourcetype");

    /// <summary>Has a record a field that only a transit gateway's has: its resource type, or an id of a gateway or an attachment?</summary>
    public static bool IsRecord(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            int end = text.IndexOf((byte)' ');
            if (IsValue(end < 0 ? text : text[..end])) return true;
            if (end < 0) return false;
            text = text[(end + 1)..];
        }
    }

    private static bool IsValue(ReadOnlySpan<byte> token)
    {
        if (token.SequenceEqual("TransitGateway"u8)) return true;
        if (!token.StartsWith("tgw-"u8)) return false;
        token = token[4..];
        if (token.StartsWith("attach-"u8)) token = token[7..];
        return token.Length is >= 8 and <= 32 && !token.ContainsAnyExcept(Hexadecimal);
    }

    private static string Fold(string token) => token.Trim('$', '{', '}').Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
