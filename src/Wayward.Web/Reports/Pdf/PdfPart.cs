using PdfSharp.Drawing;

namespace Wayward.Web.Reports.Pdf;

/// <summary>A part of a document, from top to bottom.</summary>
internal abstract record PdfPart;

/// <param name="Level">1 begins the document or a finding, 2 a chapter, 3 a part of one. Levels 1 and 2 are in the outline.</param>
internal sealed record PdfHeading(int Level, string Text) : PdfPart;

/// <param name="Lead">Bold, before the text.</param>
internal sealed record PdfText(string Text, string? Lead = null, bool Faint = false, bool Indented = false) : PdfPart;

/// <param name="Head">Repeated on each page; empty = the first column names the rows.</param>
/// <param name="Widths">Shares of the width, one for each column.</param>
internal sealed record PdfTable(IReadOnlyList<string> Head, IReadOnlyList<double> Widths, IReadOnlyList<IReadOnlyList<string>> Rows) : PdfPart
{
    /// <summary>Columns whose numbers stand at the right.</summary>
    public IReadOnlySet<int> Numbers { get; init; } = new HashSet<int>();
}

/// <summary>A vector drawing.</summary>
/// <param name="Height">In points.</param>
/// <param name="Text">What it shows, for who cannot see it.</param>
/// <param name="Draw">Draws within the rectangle.</param>
internal sealed record PdfPicture(double Height, string Text, Action<PdfPen, XRect> Draw) : PdfPart;

/// <summary>A document to write.</summary>
/// <param name="At">When the report was made, Unix seconds.</param>
internal sealed record PdfDocumentPlan(string Title, string Author, string Creator, long At, IReadOnlyList<PdfPart> Parts);
