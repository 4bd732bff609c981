using PdfSharp.Drawing;
using PdfSharp.Fonts;

namespace Wayward.Web.Reports.Pdf;

/// <summary>
/// The fonts of a PDF: DejaVu Sans, which the program carries, and the configured one for characters that it lacks. PDFsharp keeps fonts for the whole process, so these do too.
/// </summary>
internal sealed class PdfFonts : IFontResolver
{
    private const string Family = "DejaVu Sans", Regular = "DejaVuSans.ttf", Bold = "DejaVuSans-Bold.ttf";
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, TrueTypeFont> Loaded = new(StringComparer.Ordinal);
    private static volatile string? _further;

    static PdfFonts() => GlobalFontSettings.FontResolver = new PdfFonts();

    /// <summary>Takes the font that the options name; they have read it once already.</summary>
    public static void Use(ReportsOptions options) => _further = string.IsNullOrEmpty(options.Font) ? null : Path.GetFullPath(options.Font);

    /// <summary>The fonts of one document.</summary>
    public static PdfFontSet Set() => Set(_further);

    /// <inheritdoc cref="Set()"/>
    /// <param name="further">Full path of the font for what DejaVu Sans lacks; null = none.</param>
    public static PdfFontSet Set(string? further) => new(Font(Regular), further is null ? null : Font(further), size => new XFont(Family, size), size => new XFont(Family, size, XFontStyleEx.Bold), size => new XFont(further ?? Family, size));

    public FontResolverInfo? ResolveTypeface(string familyName, bool bold, bool italic) => new(familyName != Family ? familyName : bold ? Bold : Regular);

    public byte[]? GetFont(string faceName) => Font(faceName).Bytes;

    private static TrueTypeFont Font(string face)
    {
        lock (Gate)
        {
            if (Loaded.TryGetValue(face, out var font)) return font;
            using var stream = Path.IsPathRooted(face) ? File.OpenRead(face) : typeof(PdfFonts).Assembly.GetManifestResourceStream(face) ?? throw new InvalidOperationException($"{face} is not in the program");
            using var buffer = new MemoryStream();
            stream.CopyTo(buffer);
            return Loaded[face] = new TrueTypeFont(buffer.ToArray());
        }
    }
}

/// <summary>Fonts by size, and which characters they have.</summary>
internal sealed class PdfFontSet(TrueTypeFont own, TrueTypeFont? further, Func<double, XFont> regular, Func<double, XFont> bold, Func<double, XFont> other)
{
    private readonly Dictionary<(int Style, double Size), XFont> _fonts = [];
    private readonly SortedSet<int> _missing = [];

    public bool HasFurther => further is not null;
    /// <summary>Characters that no font has, by code point.</summary>
    public IReadOnlyCollection<int> Missing => _missing;

    /// <summary>The text with characters that no font has written as <c>[U+65E5]</c>.</summary>
    public string Writable(string text)
    {
        if (text.All(c => own.Covers(c) || further?.Covers(c) == true)) return text;
        var result = new System.Text.StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' || rune.IsBmp && (own.Covers((char)rune.Value) || further?.Covers((char)rune.Value) == true)) result.Append(rune.ToString());
            else
            {
                _missing.Add(rune.Value);
                result.Append(System.Globalization.CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]");
            }
        }
        return result.ToString();
    }

    public XFont Of(char character, bool isBold, double size) => own.Covers(character) ? Cached(isBold ? 1 : 0, size) : Cached(2, size);

    private XFont Cached(int style, double size)
    {
        if (!_fonts.TryGetValue((style, size), out var font)) _fonts[(style, size)] = font = (style switch { 0 => regular, 1 => bold, _ => other })(size);
        return font;
    }
}
