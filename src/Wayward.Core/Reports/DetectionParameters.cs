using System.Collections;
using System.Globalization;
using System.Reflection;
using Wayward.Core.Detection;

namespace Wayward.Core.Reports;

/// <summary>The detection parameters as keys and values, as they would be written in configuration.</summary>
public static class DetectionParameters
{
    public static IReadOnlyList<KeyValuePair<string, string>> List(DetectionOptions options)
    {
        List<KeyValuePair<string, string>> list = [];
        Walk(DetectionOptions.Section, options, list);
        return list;
    }

    private static void Walk(string path, object section, List<KeyValuePair<string, string>> list)
    {
        foreach (var property in section.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true }).OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            string key = $"{path}:{property.Name}";
            switch (property.GetValue(section))
            {
                case null: break;
                case string text: list.Add(new(key, text)); break;
                case TimeSpan span: list.Add(new(key, span.ToString("c", CultureInfo.InvariantCulture))); break;
                case bool flag: list.Add(new(key, flag ? "true" : "false")); break;
                case IFormattable value: list.Add(new(key, value.ToString(null, CultureInfo.InvariantCulture))); break;
                case IEnumerable values:
                    int i = 0;
                    foreach (object? value in values) list.Add(new(string.Create(CultureInfo.InvariantCulture, $"{key}:{i++}"), Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                    break;
                case var nested: Walk(key, nested, list); break;
            }
        }
    }
}
