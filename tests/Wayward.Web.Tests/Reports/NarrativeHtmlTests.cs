using Wayward.Web.Reports;

namespace Wayward.Web.Tests.Reports;

public sealed class NarrativeHtmlTests
{
    private static readonly HashSet<string> Known = ["web-1"];

    private static string Render(string text, int? incident = 7) => NarrativeHtml.Render(text, incident, Known);

    [Fact]
    public void Ids_of_findings_and_instances_and_moments_become_links()
    {
        string html = Render("At 2026-03-04T10:15Z web-1 and i-0123456789abcdef0 (finding 0123456789abcdef0123456789abcdef).");
        Assert.Contains("<a href=\"incidents/7?at=2026-03-04T10%3A15", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"instances/web-1\">web-1</a>", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"instances/i-0123456789abcdef0\">i-0123456789abcdef0</a>", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"findings/0123456789abcdef0123456789abcdef\">0123456789abcdef0123456789abcdef</a>).", html, StringComparison.Ordinal);
        Assert.DoesNotContain("href", Render("web-1 and db-1 at noon", null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[a](javascript:alert(1))")]
    [InlineData("[a](data:text/html,x)")]
    [InlineData("[a](//evil.example)")]
    [InlineData("[a](findings\\..\\x)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[a]: javascript:alert(1)\n\n[a]")]
    [InlineData("`<b>`")]
    public void What_could_run_or_lead_astray_is_text(string markdown)
    {
        string html = Render(markdown);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Images_are_links_and_links_to_the_web_tell_nothing_of_where_they_were_followed()
    {
        string html = Render("![pixel](https://evil.example/x.png) and https://docs.example/");
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Equal(2, html.Split("rel=\"noopener noreferrer nofollow\"").Length - 1);
    }

    [Fact]
    public void Characters_that_reorder_or_hide_are_shown_and_headings_stand_below_the_pages_own()
    {
        Assert.Contains("[U+202E]", Render("a\u202Eb"), StringComparison.Ordinal);
        Assert.Contains("<h3", Render("# Big"), StringComparison.Ordinal);
        Assert.Contains("<table>", Render("| a | b |\n|---|---|\n| 1 | 2 |"), StringComparison.Ordinal);
    }
}
