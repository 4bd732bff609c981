using System.Globalization;

namespace Wayward.Core.Text;

/// <summary>A number with its noun: "1 object", "2 objects".</summary>
public static class Plural
{
    /// <param name="many">When it is not the noun with an s.</param>
    public static string Of(long number, string one, string? many = null) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : many ?? one + "s")}");
}
