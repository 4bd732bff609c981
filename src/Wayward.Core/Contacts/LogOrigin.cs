using System.Text.RegularExpressions;
using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>
/// The flow log that records come from. AWS allows several over one interface, and each then logs every flow once more. A flow log is told by its id in the object's key, else by its format: two of one format
/// without ids are one.
/// </summary>
/// <param name="Number">Of more than one flow log, the richer format has the larger number; 0 = unknown. Below 2^23, so that it takes three bytes in a database.</param>
/// <param name="Name">For the operator: <c>fl-…</c>, or what the format begins with.</param>
public sealed partial record LogOrigin(int Number, string Name)
{
    private const int HashBits = 18;

    public static readonly LogOrigin Unknown = new(0, "");

    /// <summary>As AWS names objects: <c>ACCOUNT_vpcflowlogs_REGION_fl-…_TIME_HASH.log.gz</c> (VPC user guide, "Flow log files").</summary>
    [GeneratedRegex("(?:^|[/_])(?<id>fl-[0-9a-f]{8,17})(?=[/_.]|$)", RegexOptions.RightToLeft)]
    private static partial Regex Id { get; }

    /// <summary>Null = the key names none.</summary>
    public static string? IdOf(string key) => Id.Match(key) is { Success: true } match ? match.Groups["id"].Value : null;

    /// <param name="id">Of the flow log, when the object's key has it.</param>
    public static LogOrigin Of(string? id, FlowLayout layout) =>
        new(layout.Richness << HashBits | (int)(Hash(id ?? string.Join(' ', layout.Names)) >> 64 - HashBits), id ?? NameOf(layout));

    /// <summary>Of the format of a flow log.</summary>
    internal static int RichnessOf(int number) => number >> HashBits;

    private static string NameOf(FlowLayout layout) =>
        layout.Names.Count == 0 ? "a format of named fields" : $"a format of {layout.Names.Count} columns from {string.Join(' ', layout.Names.Take(3))}";

    /// <summary>FNV-1a over the characters, its upper bits mixed.</summary>
    private static ulong Hash(string text)
    {
        ulong hash = 14_695_981_039_346_656_037;
        foreach (char c in text) hash = (hash ^ c) * 1_099_511_628_211;
        return (hash ^ hash >> 32) * 0x9E37_79B9_7F4A_7C15UL;
    }
}
