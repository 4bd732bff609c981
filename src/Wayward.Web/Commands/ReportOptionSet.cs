using System.CommandLine;
using Wayward.Core.Reports;
using Wayward.Web.Reports;

namespace Wayward.Web.Commands;

/// <summary>The options of an export: format, and what some formats let one choose.</summary>
internal sealed class ReportOptionSet
{
    public ReportOptionSet(IReadOnlyList<IReportWriter> formats, IReportWriter standard)
    {
        string[] names = [.. formats.Select(f => f.Name)];
        Format = new("--format")
        {
            Description = $"{string.Join(", ", names)}; {standard.Name} when not given.",
            HelpName = string.Join('|', names),
            DefaultValueFactory = _ => standard.Name,
        };
        Format.AcceptOnlyFromAmong(names);
        Ocsf.AcceptOnlyFromAmong([.. ReportOptions.OcsfVersions]);
    }

    public Option<string> Format { get; }
    public Option<string> Ocsf { get; } = new("--ocsf-version")
    {
        Description = $"With --format ocsf: {string.Join(", ", ReportOptions.OcsfVersions)}; {ReportOptions.Default.OcsfVersion} when not given.",
        HelpName = "VERSION",
        DefaultValueFactory = _ => ReportOptions.Default.OcsfVersion,
    };
    public Option<bool> Indicators { get; } = new("--indicators") { Description = "With --format stix: write indicators and sightings too. Most targets are public resolvers, so do not share them unread." };

    public void AddTo(Command command)
    {
        command.Options.Add(Format);
        command.Options.Add(Ocsf);
        command.Options.Add(Indicators);
    }

    public IReportWriter FormatOf(ParseResult parsed) => ReportFormats.Find(parsed.GetRequiredValue(Format))!;

    public ReportOptions ChosenIn(ParseResult parsed) => new() { OcsfVersion = parsed.GetRequiredValue(Ocsf), Indicators = parsed.GetValue(Indicators) };
}
