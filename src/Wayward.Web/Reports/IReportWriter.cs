using Wayward.Core.Reports;

namespace Wayward.Web.Reports;

/// <summary>
/// An export format. One class with a parameterless constructor in this assembly is all it takes: <see cref="ReportFormats"/> finds it, and the command line,
/// the download address and the page's menu offer it.
/// </summary>
internal interface IReportWriter
{
    /// <summary>Lower case; what <c>--format</c> takes, and the file extension.</summary>
    string Name { get; }
    /// <summary>As the menu shows it.</summary>
    string Label { get; }
    /// <summary>With its character set.</summary>
    string MediaType { get; }
    /// <summary>Place in menus and help, ascending; the lowest is the default.</summary>
    int Order { get; }
    /// <summary>A browser can show it; others are only offered as downloads.</summary>
    bool Viewable { get; }

    Task WriteAsync(FindingReport report, Stream output, CancellationToken cancellation);
}

/// <summary>All export formats.</summary>
internal static class ReportFormats
{
    public static IReadOnlyList<IReportWriter> All { get; } =
    [
        .. typeof(IReportWriter).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IReportWriter)))
            .Select(t => (IReportWriter)Activator.CreateInstance(t)!).OrderBy(w => w.Order).ThenBy(w => w.Name, StringComparer.Ordinal),
    ];

    public static IReportWriter Default => All[0];

    /// <summary>Null when there is no such format.</summary>
    public static IReportWriter? Find(string name) => All.FirstOrDefault(w => w.Name == name);
}
