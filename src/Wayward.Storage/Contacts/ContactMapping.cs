using Wayward.Core.Contacts;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <summary>Rows to the words of Core.</summary>
internal static class ContactMapping
{
    public static CoverageDay ToCoverageDay(this CoverageDayEntity row) => new()
    {
        Day = row.Day,
        FirstStart = row.FirstStart,
        LastEnd = row.LastEnd,
        Hours = (uint)row.Hours,
        SkipHours = (uint)row.SkipHours,
        Records = row.Records,
    };

    public static InstanceFact ToFact(this InstanceFactEntity row) => new((InstanceAttribute)row.Attribute, row.Value, row.First, row.Last);
}
