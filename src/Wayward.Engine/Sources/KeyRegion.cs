using System.Text.RegularExpressions;
using Wayward.Core.Contacts;

namespace Wayward.Engine.Sources;

/// <summary>
/// The AWS Region that an object's key or path names. Formats before version 4 have no region field, but AWS files every flow log under its Region. Sources: VPC user guide, "Flow log files"
/// (<c>…/vpcflowlogs/REGION/yyyy/…</c>, <c>aws-region=REGION</c>, file name <c>ACCOUNT_vpcflowlogs_REGION_…</c>); Security Lake user guide, "Source management" (<c>region=REGION</c>);
/// EC2 user guide, "Regions and Zones" (names of Local Zones and Wavelength Zones begin with their Region's).
/// </summary>
internal static partial class KeyRegion
{
    /// <summary>Any partition: <c>us-east-1</c>, <c>cn-north-1</c>, <c>us-gov-west-1</c>, <c>us-isob-east-1</c>, <c>eusc-de-east-1</c>. What follows names a zone: <c>us-east-1a</c>, <c>us-west-2-lax-1a</c>, <c>us-east-1-wl1-bos-wlz-1</c>.</summary>
    private const string Name = "(?<region>[a-z]{2,4}(?:-[a-z]+){1,3}-[0-9]{1,2})(?:[a-z]|(?:-[a-z0-9]+)+)?";

    [GeneratedRegex("(?:^|/)(?:aws-)?region=" + Name + "(?=/|$)", RegexOptions.RightToLeft)]
    private static partial Regex Partition { get; }

    [GeneratedRegex("(?:^|/)vpcflowlogs/" + Name + "(?=/|$)", RegexOptions.RightToLeft)]
    private static partial Regex Folder { get; }

    [GeneratedRegex("(?:^|/)[0-9]{12}_vpcflowlogs_" + Name + "_[^/]*$", RegexOptions.RightToLeft)]
    private static partial Regex File { get; }

    /// <summary>Null = the key names none.</summary>
    /// <param name="key">With forward slashes.</param>
    public static string? Find(string key)
    {
        foreach (var pattern in (ReadOnlySpan<Regex>)[Folder, Partition, File])
            if (pattern.Match(key) is { Success: true } match) return match.Groups["region"].Value;
        return null;
    }

    /// <summary>Gives the region to every instance of a batch whose records name none, for the span that it was observed in.</summary>
    public static void AddTo(ContactBatch batch, string key)
    {
        if (Find(key) is not { } region) return;
        foreach (var (_, instance) in batch.Instances)
        {
            if (instance.Coverage.Count == 0 || instance.Facts.Keys.Any(f => f.Attribute == InstanceAttribute.Region)) continue;
            instance.Facts.Add(
                new FactKey(InstanceAttribute.Region, region), new InstanceFact(InstanceAttribute.Region, region, instance.Coverage.Values.Min(d => d.FirstStart), instance.Coverage.Values.Max(d => d.LastEnd)));
        }
    }
}
