using System.Globalization;
using Microsoft.AspNetCore.Components;
using Wayward.Core.Detection;
using Wayward.Core.Reports;

namespace Wayward.Web.Reports.Html;

/// <summary>What the parts of the HTML report share.</summary>
public abstract class ReportPart : ComponentBase
{
    /// <summary>UTF-16 units of a foreign text that are shown at most.</summary>
    protected const int Longest = 4_000;

    [Parameter, EditorRequired] public FindingReport Report { get; set; } = default!;

    protected FindingDossier Dossier => Report.Dossier;
    protected Finding Finding => Report.Dossier.Finding;

    protected static string Tenths(int value) => (value / 10m).ToString("0.0", CultureInfo.InvariantCulture);

    protected static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    protected static string Operator(string? provider) => provider ?? "not in the catalogue";
}
