using Wayward.Core.Reports;

namespace Wayward.Web.Reports;

/// <summary>
/// An export format. One class with a parameterless constructor in this assembly is all it takes: <see cref="ReportFormats"/> finds it, and the command line,
/// the download address and the pages' menus offer it.
/// </summary>
internal interface IReportWriter
{
    /// <summary>Lower case; what <c>--format</c> takes.</summary>
    string Name { get; }
    /// <summary>As the menu shows it.</summary>
    string Label { get; }
    /// <summary>With its character set.</summary>
    string MediaType { get; }
    /// <summary>Of a file's name, without the first dot; no two formats have the same.</summary>
    string Extension { get; }
    /// <summary>Place in menus and help, ascending; the lowest is the default.</summary>
    int Order { get; }
    /// <summary>A browser can show it; others are only offered as downloads.</summary>
    bool Viewable => false;
    /// <summary>Not text: it cannot go to a terminal.</summary>
    bool IsBinary => false;
    /// <summary>Any number of findings fit; otherwise exactly one.</summary>
    bool Many => true;
    /// <summary>Many findings may need several files.</summary>
    bool Parts => false;

    /// <summary>Writes the findings as they come; memory must not grow with their number.</summary>
    Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation);
}

/// <summary>All export formats.</summary>
internal static class ReportFormats
{
    public static IReadOnlyList<IReportWriter> All { get; } =
    [
        .. typeof(IReportWriter).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IReportWriter)))
            .Select(t => (IReportWriter)Activator.CreateInstance(t)!).OrderBy(w => w.Order).ThenBy(w => w.Name, StringComparer.Ordinal),
    ];

    /// <summary>Those that hold any number of findings.</summary>
    public static IReadOnlyList<IReportWriter> Many { get; } = [.. All.Where(w => w.Many)];

    public static IReportWriter Default => All[0];

    /// <summary>Null when there is no such format.</summary>
    public static IReportWriter? Find(string name) => All.FirstOrDefault(w => w.Name == name);
}
