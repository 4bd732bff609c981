using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Wayward.FlowLogs;

namespace Wayward.Web.Reports.Formats;

/// <summary>
/// Deterministic STIX ids (STIX 2.1 section 2.9): UUID version 5 over the canonical JSON (RFC 8785) of an observable's contributing properties. Our own objects have a namespace of their own.
/// </summary>
internal static class StixIds
{
    /// <summary>Of cyber-observable objects only; the standard forbids it for others.</summary>
    private static readonly Guid Observables = new("00abedb4-aa42-466c-9c01-fed23315a9b7");
    private static readonly Guid Own = new("3d2a2f6e-7c0b-5b0e-9d53-6a1f5c8e4b27");

    public static string Address(IpAddress address) => Observable(address.IsIPv4 ? "ipv4-addr" : "ipv6-addr", $$"""{"value":"{{address}}"}""");

    /// <summary>All parts are ASCII without a character that JSON escapes, and the members are in the order of RFC 8785.</summary>
    public static string Traffic(string start, string end, string? source, string target, int targetPort, IReadOnlyList<string> protocols)
    {
        string list = string.Join(',', protocols.Select(p => $"\"{p}\""));
        string tail = source is null ? "" : $",\"src_ref\":\"{source}\"";
        return Observable("network-traffic", string.Create(CultureInfo.InvariantCulture, $"{{\"dst_port\":{targetPort},\"dst_ref\":\"{target}\",\"end\":\"{end}\",\"protocols\":[{list}]{tail},\"start\":\"{start}\"}}"));
    }

    /// <summary>An id of one of our own objects; the same key gives the same id.</summary>
    public static string Of(string type, string key) => $"{type}--{Version5(Own, $"{type}:{key}")}";

    public static string Observable(string type, string canonical) => $"{type}--{Version5(Observables, canonical)}";

    private static Guid Version5(Guid space, string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        byte[] input = new byte[16 + text.Length];
        space.TryWriteBytes(input, bigEndian: true, out _);
        text.CopyTo(input, 16);
        // RFC 9562 names SHA-1 for version 5: an identity, not a protection.
#pragma warning disable CA5350
        byte[] hash = SHA1.HashData(input);
#pragma warning restore CA5350
        hash[6] = (byte)(hash[6] & 0x0F | 0x50);
        hash[8] = (byte)(hash[8] & 0x3F | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
