namespace Wayward.Web.Reports.Pdf;

/// <summary>Section <c>Reports</c>.</summary>
internal sealed record ReportsOptions
{
    public const string Section = "Reports";

    /// <summary>A TrueType font (.ttf) for characters that the font of the program lacks, such as Japanese; empty = none.</summary>
    public string? Font { get; init; }

    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrEmpty(Font)) yield break;
        string? fault = null;
        try
        {
            _ = new TrueTypeFont(File.ReadAllBytes(Font));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            fault = $"{Section}:{nameof(Font)}: '{Font}' cannot be used: {(e is FormatException ? e.Message : Directory.Exists(Font) ? "it is a folder" : "it cannot be read: " + e.Message)}";
        }
        if (fault is not null) yield return fault;
    }
}
