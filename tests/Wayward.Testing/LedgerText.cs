using System.Globalization;
using System.Reflection;
using System.Text;
using Wayward.Core.Contacts;

namespace Wayward.Testing;

/// <summary>A ledger as text, complete and in a fixed order, so that two can be compared and the difference read.</summary>
public static class LedgerText
{
    /// <summary>All that a cell holds, those properties included that are added later.</summary>
    private static readonly PropertyInfo[] Columns = [.. typeof(ContactHour).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)];

    public static string Of(ContactLedger ledger)
    {
        var text = new StringBuilder();
        var culture = CultureInfo.InvariantCulture;
        text.AppendLine(culture, $"max {ledger.MaxStart}");
        foreach (var (key, history) in ledger.Instances)
        {
            text.AppendLine(key.Id);
            foreach (var fact in history.Facts.OrderBy(f => f.Attribute).ThenBy(f => f.Value, StringComparer.Ordinal)) text.AppendLine(culture, $"  {fact.Attribute}={fact.Value} {fact.First} {fact.Last}");
            foreach (var day in history.Coverage.Values) text.AppendLine(culture, $"  day {day.Day} {day.FirstStart} {day.LastEnd} {day.Hours:x} {day.SkipHours:x} {day.Records}");
            foreach (var (endpoint, cells) in history.Pairs)
            {
                text.AppendLine(culture, $"  {endpoint.Address} {endpoint.Protocol} {endpoint.Port}");
                foreach (var cell in cells) text.Append("    ").AppendJoin(' ', Columns.Select(c => Value(c.GetValue(cell)))).AppendLine();
            }
            foreach (var (endpoint, lines) in history.Evidence)
                foreach (var line in lines) text.AppendLine(culture, $"  evidence {endpoint.Address} {endpoint.Protocol} {endpoint.Port} {line}");
        }
        return text.ToString();
    }

    private static string Value(object? value) =>
        value is IEnumerable<FlowLogs.IpAddress> addresses ? $"[{string.Join(' ', addresses)}]" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
