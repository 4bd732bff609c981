using System.Text;
using UglyToad.PdfPig;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Text;
using Wayward.Testing;
using Wayward.Web.Reports;
using Wayward.Web.Reports.Pdf;
using Wayward.Web.Tests.Commands;
using Wayward.Web.Tests.Reports.Formats;

namespace Wayward.Web.Tests.Reports;

/// <summary>The PDF, read back by a reader that shares no code with its writer.</summary>
public sealed class PdfTests
{
    private const string Japanese = "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<byte[]> WriteAsync(FindingDossier dossier)
    {
        using var buffer = new MemoryStream();
        var report = new FindingsReport
        {
            Dossiers = AsyncEnumerable.Repeat(dossier, 1), GeneratedAt = 1_770_000_000, GeneratedBy = "Ana", Generator = "Wayward 1", Parameters = DetectionParameters.List(DetectionOptions.Default),
        };
        await new PdfReportWriter().WriteAsync(report, new SingleOutput(buffer), Cancellation);
        return buffer.ToArray();
    }

    /// <summary>All text in the order of the content, without blanks and without the foot of each page.</summary>
    internal static string Text(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return string.Concat(document.GetPages().Select(Body));

        string Body(UglyToad.PdfPig.Content.Page page)
        {
            string text = Squeezed(string.Concat(page.Letters.Select(l => l.Value))), foot = $"Page{page.Number}of{document.NumberOfPages}";
            return text[(text.IndexOf(foot, StringComparison.Ordinal) + foot.Length)..];
        }
    }

    private static string Squeezed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    [Fact]
    public async Task Every_fact_of_the_model_is_in_the_text()
    {
        var fonts = PdfFonts.Set(null);
        foreach (var dossier in GeneratedFindings.Make(seed: 71, count: 40))
        {
            string text = Text(await WriteAsync(dossier));
            var finding = dossier.Finding;
            string[] facts =
            [
                dossier.Headline, finding.Id, finding.Type.Name, finding.CatalogHash, finding.Subject.Id, .. finding.Members.Select(m => m.Id),
                .. finding.Addresses.Select(a => a.Address.ToString()), UtcTime.Words(finding.First), UtcTime.Words(finding.Last), .. finding.SeverityFactors.Select(f => f.Evidence), .. finding.ConfidenceFactors.Select(f => f.Evidence),
                .. finding.Novelty.Usual.Select(u => u.Address.ToString()), .. finding.Novelty.Others.Select(o => o.Instance.Id), .. finding.Novelty.Nearby, .. Recommendations.For(finding).Select(r => r.Text),
                .. dossier.Evidence.Select(e => e.Text), .. dossier.Evidence.Select(e => e.Key).OfType<string>(), .. dossier.Evidence.Select(e => e.Sha256).OfType<string>(), .. AttackMapping.Of(finding).Select(t => t.Id),
                .. dossier.Decisions.SelectMany(d => new[] { d.Actor, d.Summary }), .. dossier.Comments.SelectMany(c => c.Text.ReplaceLineEndings("\n").Split('\n', 200)),
                .. dossier.Siblings.Select(s => s.Id), "Detection:Learning",
            ];
            // Names of people are cut as in the HTML.
            foreach (var comment in dossier.Comments) Assert.Contains(Squeezed(fonts.Writable(SafeText.Plain(comment.Author, 100))), text, StringComparison.Ordinal);
            foreach (string fact in facts.Where(f => f.Length is > 0 and < 1_000))
                Assert.True(IsIn(text, Squeezed(fonts.Writable(SafeText.Plain(fact, 4_000)))), $"{finding.Id} lacks '{Rest(text, Squeezed(fonts.Writable(SafeText.Plain(fact, 4_000))))}'");
        }
    }

    /// <summary>A cell that is taller than a page goes on after the other cells of its row, so a long fact is looked for in pieces, and a piece may be cut in two.</summary>
    private static bool IsIn(string text, string fact) =>
        text.Contains(fact, StringComparison.Ordinal) || fact.Length > 600 && fact.Chunk(40).Count(p => !text.Contains(new string(p), StringComparison.Ordinal)) <= 1 + fact.Length / 400;

    /// <summary>What follows the longest beginning of a fact that is there.</summary>
    private static string Rest(string text, string fact)
    {
        int length = fact.Length;
        while (length > 0 && !text.Contains(fact[..length], StringComparison.Ordinal)) length--;
        int at = text.IndexOf(fact[..length], StringComparison.Ordinal) + length;
        return $"{length} then {fact[length..Math.Min(fact.Length, length + 60)]} but {text[at..Math.Min(text.Length, at + 60)]}";
    }

    [Fact]
    public async Task A_fact_that_is_left_out_is_noticed()
    {
        var dossier = GeneratedFindings.Plain(FindingTypes.All[0]);
        Assert.DoesNotContain("notinthemodel", Text(await WriteAsync(dossier)), StringComparison.Ordinal);
        Assert.Contains("notinthemodel", Text(await WriteAsync(dossier with { Note = "not in the model" })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_hundred_rows_of_evidence_repeat_their_head_on_each_page()
    {
        var dossier = GeneratedFindings.Make(seed: 72, count: 1, evidenceRows: 500)[0];
        Assert.Equal(500, dossier.Evidence.Count);
        using var document = PdfDocument.Open(await WriteAsync(dossier));
        var pages = document.GetPages().Select(p => Squeezed(string.Concat(p.Letters.Select(l => l.Value)))).ToList();
        int first = pages.FindIndex(p => p.Contains("ObjectLineStartRecord", StringComparison.Ordinal)), last = pages.FindIndex(p => p.Contains("Decisionsandcomments", StringComparison.Ordinal));
        Assert.InRange(last - first, 10, 400);
        Assert.All(pages[(first + 1)..last], p => Assert.Contains("ObjectLineStartRecord", p, StringComparison.Ordinal));
        Assert.All(pages.Select((p, i) => (p, i)), p => Assert.Contains($"Page{p.i + 1}of{pages.Count}", p.p, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_tagged_has_language_outline_and_title_and_its_fonts()
    {
        byte[] pdf = await WriteAsync(GeneratedFindings.Plain(FindingTypes.All[0]));
        using var document = PdfDocument.Open(pdf);
        var catalog = document.Structure.Catalog.CatalogDictionary;
        Assert.Contains("Lang", catalog.Data.Keys);
        Assert.Contains("StructTreeRoot", catalog.Data.Keys);
        Assert.Contains("MarkInfo", catalog.Data.Keys);
        Assert.True(document.TryGetBookmarks(out var bookmarks));
        string[] titles = [.. bookmarks.GetNodes().Select(n => n.Title)];
        foreach (string chapter in (string[])["Timeline", "Why this is new", "The points", "What to do", "Evidence", "Decisions and comments"]) Assert.Contains(chapter, titles);
        Assert.False(string.IsNullOrEmpty(document.Information.Title));
        Assert.All(document.GetPages().SelectMany(p => p.Letters).Select(l => l.FontName).Distinct(), n => Assert.Contains("DejaVu", n, StringComparison.OrdinalIgnoreCase));
        Assert.True(pdf.Length < 200_000, $"{pdf.Length} bytes");
    }

    [Fact]
    public async Task Hostile_text_does_nothing()
    {
        foreach (var dossier in GeneratedFindings.Make(seed: 73, count: 60).Where((_, i) => i % 3 == 0))
        {
            byte[] pdf = await WriteAsync(dossier);
            string raw = Encoding.Latin1.GetString(pdf);
            foreach (string active in (string[])["/JavaScript", "/JS", "/URI", "/Launch", "/OpenAction", "/AA", "/EmbeddedFile", "/SubmitForm", "/GoToR"]) Assert.DoesNotContain(active + " ", raw, StringComparison.Ordinal);
            string text = Text(pdf);
            Assert.DoesNotContain(text, c => char.IsControl(c) || c is '\u202e' or '\u2066' or '\u200b' or '\ufeff');
        }
    }

    [Fact]
    public void Characters_that_the_font_lacks_are_named_and_a_font_that_has_them_shows_them()
    {
        const string name = "監査用サーバー";
        var plan = new PdfDocumentPlan("Finding", "Ana", "Wayward", 1_770_000_000, [new PdfHeading(1, "Finding"), new PdfText(name)]);
        string without = Text(Write(plan, null));
        Assert.Contains("[U+76E3]", without, StringComparison.Ordinal);
        Assert.Contains("Thefontofthisdocumentlacks6characters", without, StringComparison.Ordinal);
        if (!File.Exists(Japanese)) Assert.Skip($"{Japanese} is not there (Debian: fonts-ipafont-gothic)");
        byte[] pdf = Write(plan, Japanese);
        string with = Text(pdf);
        Assert.Contains(name, with, StringComparison.Ordinal);
        Assert.DoesNotContain("lacks", with, StringComparison.Ordinal);
        // A subset: the font has 6 MB.
        Assert.True(pdf.Length < 100_000, $"{pdf.Length} bytes");

        static byte[] Write(PdfDocumentPlan plan, string? font)
        {
            using var buffer = new MemoryStream();
            PdfLayout.Write(plan, PdfFonts.Set(font), buffer);
            return buffer.ToArray();
        }
    }

    [Fact]
    public async Task A_font_that_cannot_be_used_is_refused_at_the_start_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        foreach (var (file, content, reason) in new (string, byte[], string)[]
        {
            ("none.ttf", [], "it is cut short or is no font"), ("text.ttf", "not a font at all"u8.ToArray(), "it has no TrueType outlines"), ("otto.otf", "OTTO\0\0\0\0\0\0\0\0"u8.ToArray(), "it has no TrueType outlines"),
            ("all.ttc", "ttcf\0\0\0\0\0\0\0\0"u8.ToArray(), "it is a collection"),
        })
        {
            string path = folder.Write(file, content);
            Assert.Contains($"'{path}' cannot be used: {reason}", Assert.Single(new ReportsOptions { Font = path }.Validate()), StringComparison.Ordinal);
        }
        var run = await CommandRun.Of("report", "x", "--data", folder.FullName, $"--Reports:Font={folder.Combine("missing.ttf")}");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Reports:Font: '" + folder.Combine("missing.ttf") + "' cannot be used: it cannot be read", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandRun.Of("report", "x", "--format", "pdf", "--data", folder.FullName)).ExitCode);
    }
}
