using Wayward.Core.Reports;

namespace Wayward.Web.Reports.Summaries;

/// <summary>
/// A format of the reports that tell of several findings together: of an incident and of a period. One class with a parameterless constructor in this assembly is all it takes:
/// <see cref="SummaryFormats"/> finds it, and the command line, the download addresses and the pages' menus offer it.
/// </summary>
internal interface ISummaryWriter
{
    /// <summary>Lower case; what <c>--format</c> takes.</summary>
    string Name { get; }
    /// <summary>As the menu shows it.</summary>
    string Label { get; }
    /// <summary>With its character set.</summary>
    string MediaType { get; }
    /// <summary>Of a file's name, without the first dot.</summary>
    string Extension { get; }
    /// <summary>Place in menus and help, ascending; the lowest is the default.</summary>
    int Order { get; }
    /// <summary>Not text: it cannot go to a terminal.</summary>
    bool IsBinary => false;

    Task WriteAsync(IncidentReport report, Stream output, CancellationToken cancellation);
    Task WriteAsync(PeriodReport report, Stream output, CancellationToken cancellation);
}

/// <summary>All formats of an incident's or a period's report.</summary>
internal static class SummaryFormats
{
    public static IReadOnlyList<ISummaryWriter> All { get; } =
    [
        .. typeof(ISummaryWriter).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(ISummaryWriter)))
            .Select(t => (ISummaryWriter)Activator.CreateInstance(t)!).OrderBy(w => w.Order).ThenBy(w => w.Name, StringComparer.Ordinal),
    ];

    public static ISummaryWriter Default => All[0];

    /// <summary>Null when there is no such format.</summary>
    public static ISummaryWriter? Find(string name) => All.FirstOrDefault(w => w.Name == name);
}
