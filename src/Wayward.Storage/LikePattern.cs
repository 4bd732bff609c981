namespace Wayward.Storage;

/// <summary>Substring patterns for LIKE, which are text and not a language: <c>%</c>, <c>_</c> and the escape itself match only themselves.</summary>
internal static class LikePattern
{
    public const string Escape = "\\";
    private const int MaxLength = 200;

    /// <summary>A pattern for lower-cased columns; null when there is nothing to look for.</summary>
    public static string? Of(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        string trimmed = text.Trim();
        if (trimmed.Length > MaxLength) trimmed = trimmed[..MaxLength];
        string escaped = trimmed.ToLowerInvariant()
            .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)
            // PostgreSQL takes no NUL in text, and no stored text has one.
            .Replace("\0", "", StringComparison.Ordinal);
        return $"%{escaped}%";
    }
}
