using System.Globalization;
using PdfSharp;
using PdfSharp.Drawing;
using PdfSharp.Pdf;
using PdfSharp.UniversalAccessibility;

namespace Wayward.Web.Reports.Pdf;

/// <summary>Lays a document out on A4 pages and writes it: tagged, with language, outline and page numbers, fonts embedded.</summary>
internal sealed class PdfLayout
{
    private const double Left = 45, Top = 45, PageWidth = 595, PageHeight = 842, Width = PageWidth - 2 * Left, Bottom = PageHeight - 55, Body = 9, Cell = 7.5, Padding = 3;

    /// <summary>PDFsharp keeps fonts for the whole process: one document at a time.</summary>
    private static readonly Lock Gate = new();

    private readonly PdfDocumentPlan _plan;
    private readonly PdfFontSet _fonts;
    private readonly PdfPen _pen;
    private readonly PdfDocument _document;
    private readonly StructureBuilder _structure;
    private readonly string _of;
    private PdfPage _page = null!;
    private PdfOutline? _chapter;
    private double _y;

    private PdfLayout(PdfDocument document, PdfDocumentPlan plan, PdfFontSet fonts, int pages)
    {
        (_document, _plan, _fonts, _pen) = (document, plan, fonts, new PdfPen(fonts));
        _of = pages.ToString(CultureInfo.InvariantCulture);
        var accessibility = UAManager.ForDocument(_document);
        accessibility.SetDocumentLanguage("en");
        _structure = accessibility.StructureBuilder;
        _document.Info.Title = fonts.Writable(plan.Title);
        _document.Info.Author = fonts.Writable(plan.Author);
        _document.Info.Creator = plan.Creator;
        _document.Info.CreationDate = DateTimeOffset.FromUnixTimeSeconds(plan.At).UtcDateTime;
        _document.ViewerPreferences.DisplayDocTitle = true;
        _document.PageLayout = PdfPageLayout.OneColumn;
        _document.Options.CompressContentStreams = true;
    }

    /// <summary>Writes the document. It is laid out twice, since each page names the number of all.</summary>
    public static void Write(PdfDocumentPlan plan, PdfFontSet fonts, Stream output)
    {
        lock (Gate)
        {
            using var first = new PdfDocument();
            new PdfLayout(first, plan, fonts, 999).Lay();
            var noted = Noted(plan, fonts);
            using var second = new PdfDocument();
            if (!ReferenceEquals(noted, plan)) new PdfLayout(second, noted, fonts, 999).Lay();
            using var document = new PdfDocument();
            new PdfLayout(document, noted, fonts, Math.Max(first.PageCount, second.PageCount)).Lay();
            document.Save(output, closeStream: false);
        }
    }

    /// <summary>Says which characters could not be shown.</summary>
    private static PdfDocumentPlan Noted(PdfDocumentPlan plan, PdfFontSet fonts)
    {
        if (fonts.Missing.Count == 0) return plan;
        string list = string.Join(", ", fonts.Missing.Take(40).Select(c => c.ToString("X4", CultureInfo.InvariantCulture)).Select(c => "U+" + c)) + (fonts.Missing.Count > 40 ? $" and {fonts.Missing.Count - 40} more" : "");
        var note = new PdfText($"The font of this document lacks {fonts.Missing.Count} {(fonts.Missing.Count == 1 ? "character" : "characters")}, written by number in brackets: {list}. {(fonts.HasFurther ? "The font that Reports:Font names lacks them too." : "Reports:Font can name a TrueType font that has them.")}", Faint: true);
        return plan with { Parts = [.. plan.Parts.Take(1), note, .. plan.Parts.Skip(1)] };
    }

    private void Lay()
    {
        NewPage();
        foreach (var part in _plan.Parts)
        {
            switch (part)
            {
                case PdfHeading heading: Heading(heading); break;
                case PdfText text: Text(text); break;
                case PdfTable table: Table(table); break;
                case PdfPicture picture: Picture(picture); break;
            }
        }
        _pen.Graphics.Dispose();
    }

    private void NewPage()
    {
        _pen.Graphics?.Dispose();
        _page = _document.AddPage();
        _page.Size = PageSize.A4;
        _pen.Graphics = XGraphics.FromPdfPage(_page);
        _y = Top;
        _structure.BeginArtifact();
        _pen.Graphics.DrawLine(new XPen(PdfPen.Rule, 0.5), Left, PageHeight - 42, PageWidth - Left, PageHeight - 42);
        _pen.Draw(Cut(_plan.Title, Width - 90, 7), Left, PageHeight - 37, 7, PdfPen.Faint);
        _pen.Draw(string.Create(CultureInfo.InvariantCulture, $"Page {_document.PageCount} of {_of}"), PageWidth - Left, PageHeight - 37, 7, PdfPen.Faint, alignment: XStringAlignment.Far);
        _structure.End();
    }

    private string Cut(string text, double width, double size) => _pen.Wrap(text, width, size) is [var only] ? only : _pen.Wrap(text, width - 10, size)[0] + " …";

    private void Require(double height)
    {
        if (_y + height > Bottom && _y > Top) NewPage();
    }

    private void Heading(PdfHeading heading)
    {
        double size = heading.Level switch { 1 => 15, 2 => 12, _ => 10 };
        var lines = _pen.Wrap(heading.Text, Width, size, bold: true);
        if (heading.Level == 1 && _document.PageCount > 1 && _y > Bottom / 2) NewPage();
        _y += _y > Top ? size * 0.8 : 0;
        // A heading never stands alone at the foot of a page.
        Require(lines.Count * PdfPen.Height(size) + 60);
        string title = _fonts.Writable(heading.Text);
        if (heading.Level == 1) _chapter = _document.Outlines.Add(title, _page, true);
        else if (heading.Level == 2) (_chapter?.Outlines ?? _document.Outlines).Add(title, _page, true);
        _structure.BeginElement(heading.Level switch { 1 => PdfBlockLevelElementTag.Heading1, 2 => PdfBlockLevelElementTag.Heading2, _ => PdfBlockLevelElementTag.Heading3 });
        foreach (string line in lines) Line(line, Left, size, PdfPen.Ink, bold: true);
        _structure.End();
        _y += 3;
    }

    private void Text(PdfText text)
    {
        double x = text.Indented ? Left + 14 : Left;
        bool lead = text.Lead is not null;
        string all = lead ? $"{text.Lead} {text.Text}" : text.Text;
        var lines = _pen.Wrap(all, Width - (x - Left), Body);
        Require(Math.Min(lines.Count, 2) * PdfPen.Height(Body));
        _structure.BeginElement(PdfBlockLevelElementTag.Paragraph);
        for (int i = 0; i < lines.Count; i++)
        {
            if (_y + PdfPen.Height(Body) > Bottom)
            {
                _structure.End();
                NewPage();
                _structure.BeginElement(PdfBlockLevelElementTag.Paragraph);
            }
            string head = i == 0 && lead && lines[0].StartsWith(text.Lead!, StringComparison.Ordinal) ? text.Lead! : "";
            if (head.Length > 0) _pen.Draw(head, x, _y, Body, PdfPen.Ink, bold: true);
            Line(lines[i][head.Length..], x + (head.Length > 0 ? _pen.Width(head, Body, bold: true) : 0), Body, text.Faint ? PdfPen.Faint : PdfPen.Ink);
        }
        _structure.End();
        _y += 4;
    }

    private void Line(string line, double x, double size, XColor colour, bool bold = false)
    {
        _pen.Draw(line, x, _y, size, colour, bold);
        _y += PdfPen.Height(size);
    }

    private void Picture(PdfPicture picture)
    {
        Require(picture.Height);
        var area = new XRect(Left, _y, Width, picture.Height);
        _structure.BeginElement(PdfIllustrationElementTag.Figure, _fonts.Writable(picture.Text), area);
        picture.Draw(_pen, area);
        _structure.End();
        _y += picture.Height + 4;
    }

    private void Table(PdfTable table)
    {
        double share = Width / table.Widths.Sum();
        double[] widths = [.. table.Widths.Select(w => w * share)];
        bool headed = table.Head.Count > 0;
        var head = headed ? Wrapped(table.Head, widths, allBold: true) : [];
        Require((headed ? RowHeight(head) : 0) + 2 * PdfPen.Height(Cell));
        _structure.BeginElement(PdfBlockLevelElementTag.Table);
        if (headed) Row(table, head, widths, PdfBlockLevelElementTag.TableHeaderCell, headed);
        foreach (var cells in table.Rows)
        {
            var row = Wrapped(cells, widths, allBold: false, firstBold: !headed);
            double room = Bottom - _y;
            if (RowHeight(row) > room && (RowHeight(row) < Bottom - Top - (headed ? RowHeight(head) : 0) || room < 3 * PdfPen.Height(Cell))) Break();
            // A row that is taller than a page goes on where the page ends.
            while (RowHeight(row) > Bottom - _y)
            {
                int fits = Math.Max(1, (int)((Bottom - _y - 2 * Padding) / PdfPen.Height(Cell)));
                Row(table, [.. row.Select(c => (IReadOnlyList<string>)[.. c.Take(fits)])], widths, PdfBlockLevelElementTag.TableDataCell, headed);
                row = [.. row.Select(c => (IReadOnlyList<string>)[.. c.Skip(fits)])];
                Break();
            }
            Row(table, row, widths, PdfBlockLevelElementTag.TableDataCell, headed);
        }
        _structure.End();
        _y += 6;

        void Break()
        {
            NewPage();
            if (!headed) return;
            // For who hears the document the head is said once.
            _structure.BeginArtifact();
            Cells(table, head, widths, bold: true, headed, null);
            _structure.End();
        }
    }

    private List<IReadOnlyList<string>> Wrapped(IReadOnlyList<string> cells, double[] widths, bool allBold, bool firstBold = false) =>
        [.. cells.Select((c, i) => _pen.Wrap(c, widths[i] - 2 * Padding, Cell, allBold || firstBold && i == 0))];

    private static double RowHeight(IReadOnlyList<IReadOnlyList<string>> row) => Math.Max(1, row.Max(c => c.Count)) * PdfPen.Height(Cell) + 2 * Padding;

    private void Row(PdfTable table, IReadOnlyList<IReadOnlyList<string>> row, double[] widths, PdfBlockLevelElementTag tag, bool headed)
    {
        _structure.BeginElement(PdfBlockLevelElementTag.TableRow);
        Cells(table, row, widths, tag == PdfBlockLevelElementTag.TableHeaderCell, headed, tag);
        _structure.End();
    }

    private void Cells(PdfTable table, IReadOnlyList<IReadOnlyList<string>> row, double[] widths, bool bold, bool headed, PdfBlockLevelElementTag? tag)
    {
        double height = RowHeight(row), x = Left;
        if (tag is not null) _structure.BeginArtifact();
        if (bold) _pen.Graphics.DrawRectangle(new XSolidBrush(XColor.FromArgb(0xf1, 0xf4, 0xf7)), Left, _y, Width, height);
        _pen.Graphics.DrawLine(new XPen(PdfPen.Rule, 0.5), Left, _y + height, Left + Width, _y + height);
        if (tag is not null) _structure.End();
        for (int i = 0; i < row.Count; i++)
        {
            bool name = !headed && i == 0;
            if (tag is { } cell) _structure.BeginElement(name ? PdfBlockLevelElementTag.TableHeaderCell : cell);
            bool right = table.Numbers.Contains(i);
            for (int line = 0; line < row[i].Count; line++)
                _pen.Draw(row[i][line], right ? x + widths[i] - Padding : x + Padding, _y + Padding + line * PdfPen.Height(Cell), Cell, PdfPen.Ink, bold || name, right ? XStringAlignment.Far : XStringAlignment.Near);
            if (tag is not null) _structure.End();
            x += widths[i];
        }
        _y += height;
    }
}
