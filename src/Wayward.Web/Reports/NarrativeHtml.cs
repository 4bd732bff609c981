using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Wayward.Core.Text;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Reports;

/// <summary>
/// A narrative as HTML. Markdown that people wrote is foreign text: raw HTML is shown as text, images become links, a link leads to a page of ours or to the web and nowhere else,
/// and characters that hide or reorder are made visible before anything is parsed.
/// </summary>
internal static partial class NarrativeHtml
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().Build();

    /// <summary>Headings of a narrative stand below those of the page.</summary>
    private const int HeadingShift = 2;

    /// <param name="incidentId">Moments in the text become links into the timeline of this incident; null = references stay text, as on paper.</param>
    /// <param name="instances">Ids of the incident's instances, whatever their form.</param>
    public static string Render(string markdown, int? incidentId, IReadOnlySet<string> instances)
    {
        var document = Markdown.Parse(Clean(markdown), Pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>()) heading.Level = Math.Min(6, heading.Level + HeadingShift);
        foreach (var link in document.Descendants<LinkInline>().ToList()) Check(link);
        foreach (var link in document.Descendants<AutolinkInline>().ToList())
            if (!IsWeb(link.Url) && !link.IsEmail) link.ReplaceBy(new LiteralInline(link.Url));
        if (incidentId is { } id)
            foreach (var text in document.Descendants<LiteralInline>().ToList())
                if (!IsInLink(text)) LinkReferences(text, id, instances);
        return document.ToHtml(Pipeline);
    }

    /// <summary>Line by line, so that line ends stay; tabs are spaces.</summary>
    private static string Clean(string markdown)
    {
        var text = new StringBuilder(markdown.Length);
        foreach (string line in markdown.Split('\n'))
            text.Append(SafeText.Plain(line.TrimEnd('\r').Replace("\t", "    ", StringComparison.Ordinal), int.MaxValue)).Append('\n');
        return text.ToString();
    }

    private static void Check(LinkInline link)
    {
        link.IsImage = false;
        link.Title = null;
        if (IsOurs(link.Url)) return;
        if (!IsWeb(link.Url))
        {
            link.ReplaceBy(new ContainerInline());
            return;
        }
        var attributes = link.GetAttributes();
        attributes.AddProperty("rel", "noopener noreferrer nofollow");
        attributes.AddProperty("target", "_blank");
    }

    private static bool IsWeb(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps);

    private static bool IsOurs(string? url) => url is not null && OurPage().IsMatch(url);

    private static bool IsInLink(Inline text)
    {
        for (var parent = text.Parent; parent is not null; parent = parent.Parent)
            if (parent is LinkInline) return true;
        return false;
    }

    private static void LinkReferences(LiteralInline text, int incidentId, IReadOnlySet<string> instances)
    {
        string content = text.Content.ToString();
        int at = 0;
        foreach (Match match in Reference().Matches(content))
        {
            if (Target(match.Value, incidentId, instances) is not { } url) continue;
            if (match.Index > at) text.InsertBefore(new LiteralInline(content[at..match.Index]));
            var link = new LinkInline(url, "") { IsClosed = true };
            link.AppendChild(new LiteralInline(match.Value));
            text.InsertBefore(link);
            at = match.Index + match.Length;
        }
        if (at == 0) return;
        if (at < content.Length) text.InsertBefore(new LiteralInline(content[at..]));
        text.Remove();
    }

    private static string? Target(string reference, int incidentId, IReadOnlySet<string> instances)
    {
        if (FindingId().IsMatch(reference)) return Links.Finding(reference);
        if (instances.Contains(reference) || InstanceId().IsMatch(reference)) return Links.Instance(reference);
        return DateTimeOffset.TryParse(reference.TrimEnd('Z'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && Moment().IsMatch(reference)
            ? $"{Links.Incident(incidentId)}?at={Uri.EscapeDataString(QueryTime.Write(moment.ToUnixTimeSeconds()))}#timeline"
            : null;
    }

    [GeneratedRegex(@"^(findings|instances|destinations|incidents|expected|audit)([/?#][^\\]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex OurPage();

    [GeneratedRegex(@"(?<![\w.:/-])(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?Z?|[\w.:-]*\w)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex("^[0-9a-f]{32}$", RegexOptions.CultureInvariant)]
    private static partial Regex FindingId();

    [GeneratedRegex("^i-([0-9a-f]{8}|[0-9a-f]{17})$", RegexOptions.CultureInvariant)]
    private static partial Regex InstanceId();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", RegexOptions.CultureInvariant)]
    private static partial Regex Moment();
}
