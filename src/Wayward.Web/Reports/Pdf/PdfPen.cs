using PdfSharp.Drawing;

namespace Wayward.Web.Reports.Pdf;

/// <summary>Measures, wraps and draws text with the fonts that have its characters.</summary>
internal sealed class PdfPen(PdfFontSet fonts)
{
    private const double LineHeight = 1.32, Rise = 0.99;
    private static readonly System.Buffers.SearchValues<char> Marks = System.Buffers.SearchValues.Create("/-_:,.=");

    private readonly Dictionary<(XFont Font, char Character), double> _widths = [];

    public static readonly XColor Ink = XColor.FromArgb(0x1c, 0x27, 0x33), Faint = XColor.FromArgb(0x5b, 0x6b, 0x7a), Rule = XColor.FromArgb(0xd5, 0xdd, 0xe4);

    /// <summary>Of the page that is drawn on.</summary>
    public XGraphics Graphics { get; set; } = null!;

    public static double Height(double size) => size * LineHeight;

    public double Width(string text, double size, bool bold = false) => text.Sum(c => Width(c, size, bold));

    /// <summary>Draws one line whose top is at <paramref name="y"/>.</summary>
    public void Draw(string text, double x, double y, double size, XColor colour, bool bold = false, XStringAlignment alignment = XStringAlignment.Near)
    {
        text = fonts.Writable(text);
        if (alignment != XStringAlignment.Near) x -= Width(text, size, bold) / (alignment == XStringAlignment.Center ? 2 : 1);
        var brush = new XSolidBrush(colour);
        for (int start = 0; start < text.Length;)
        {
            var font = fonts.Of(text[start], bold, size);
            int end = start + 1;
            while (end < text.Length && ReferenceEquals(fonts.Of(text[end], bold, size), font)) end++;
            string piece = text[start..end];
            Graphics.DrawString(piece, font, brush, x, y + size * Rise);
            x += Width(piece, size, bold);
            start = end;
        }
    }

    /// <summary>Lines no wider than given: broken at blanks, else after a mark, else anywhere.</summary>
    public IReadOnlyList<string> Wrap(string text, double width, double size, bool bold = false)
    {
        List<string> lines = [];
        foreach (string paragraph in fonts.Writable(text).ReplaceLineEndings("\n").Split('\n'))
        {
            int start = 0;
            while (start < paragraph.Length)
            {
                double taken = 0;
                int end = start, blank = -1;
                while (end < paragraph.Length && (taken += Width(paragraph[end], size, bold)) <= width)
                {
                    if (paragraph[end] == ' ') blank = end;
                    end++;
                }
                if (end == paragraph.Length)
                {
                    lines.Add(paragraph[start..]);
                    break;
                }
                if (blank > start) start = Add(blank, blank + 1);
                else
                {
                    int mark = paragraph.AsSpan(start, Math.Max(1, end - start)).LastIndexOfAny(Marks);
                    int cut = mark > 4 ? start + mark + 1 : Math.Max(end, start + 1);
                    start = Add(cut, cut);
                }

                int Add(int until, int next)
                {
                    lines.Add(paragraph[start..until]);
                    return next;
                }
            }
            if (paragraph.Length == 0) lines.Add("");
        }
        return lines;
    }

    private double Width(char character, double size, bool bold)
    {
        // At one size only: widths grow with it.
        var font = fonts.Of(character, bold, 100);
        if (!_widths.TryGetValue((font, character), out double width)) _widths[(font, character)] = width = Graphics.MeasureString(character.ToString(), font, XStringFormats.Default).Width;
        return width * size / 100;
    }
}
