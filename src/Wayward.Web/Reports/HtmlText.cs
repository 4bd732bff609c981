using System.Text;
using System.Text.Encodings.Web;
using Wayward.Core.Text;

namespace Wayward.Web.Reports;

/// <summary>
/// Builds HTML in which nothing from outside can become markup: every text goes through the encoder, and what came from logs or people also has its
/// hidden and reordering characters made visible and is isolated from the text around it.
/// </summary>
internal sealed class HtmlText
{
    private const int LongestText = 4_000;

    private readonly StringBuilder _markup = new();

    /// <summary>Markup of the program's own making.</summary>
    public HtmlText Markup(string trusted)
    {
        _markup.Append(trusted);
        return this;
    }

    /// <summary>Words of the program's own making.</summary>
    public HtmlText Text(string? text)
    {
        if (text is not null) _markup.Append(HtmlEncoder.Default.Encode(text));
        return this;
    }

    /// <summary>Text from logs or people, or a sentence that holds some.</summary>
    public HtmlText Foreign(string? text, int maximum = LongestText)
    {
        if (string.IsNullOrEmpty(text)) return this;
        _markup.Append("<bdi>");
        var pieces = SafeText.Pieces(text, maximum, out int hidden);
        foreach (var piece in pieces)
        {
            if (piece.IsChip) _markup.Append("<span class=\"chip\" title=\"").Append(HtmlEncoder.Default.Encode(piece.Code!)).Append("\">").Append(HtmlEncoder.Default.Encode(piece.Text)).Append("</span>");
            else Text(piece.Text);
        }
        _markup.Append("</bdi>");
        if (hidden > 0) Text($"… ({hidden} more characters)");
        return this;
    }

    /// <summary>The same with its line breaks kept.</summary>
    public HtmlText ForeignLines(string? text)
    {
        if (text is null) return this;
        string[] lines = text.ReplaceLineEndings("\n").Split('\n', 200);
        for (int i = 0; i < lines.Length; i++)
        {
            if (i > 0) _markup.Append("<br>");
            Foreign(lines[i]);
        }
        return this;
    }

    public HtmlText Element(string tag, string? text) => Markup($"<{tag}>").Text(text).Markup($"</{Name(tag)}>");

    public HtmlText ForeignElement(string tag, string? text) => Markup($"<{tag}>").Foreign(text).Markup($"</{Name(tag)}>");

    public HtmlText Row(params ReadOnlySpan<string?> cells)
    {
        Markup("<tr>");
        foreach (string? cell in cells) ForeignElement("td", cell);
        return Markup("</tr>\n");
    }

    public HtmlText Head(params ReadOnlySpan<string> names)
    {
        Markup("<thead><tr>");
        foreach (string name in names) Element("th scope=\"col\"", name);
        return Markup("</tr></thead>\n");
    }

    public override string ToString() => _markup.ToString();

    private static string Name(string tag) => tag.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space ? tag[..space] : tag;
}
