using System.Text;
using Wayward.Core.Text;

namespace Wayward.Web.Reports.Formats;

/// <summary>Foreign text in CommonMark: every character that could start markup is escaped, what hides or reorders is made visible, and a text never spans lines.</summary>
internal static class MarkdownText
{
    private const string Markup = "\\`*_{}[]()#+!|~^$@=";

    public static string Of(string? text, int maximum = SafeText.DefaultMaximum)
    {
        string plain = SafeText.Plain(text ?? "", maximum);
        var escaped = new StringBuilder(plain.Length + 16);
        for (int i = 0; i < plain.Length; i++)
        {
            char c = plain[i];
            if (c == '<') escaped.Append("&lt;");
            else if (c == '>') escaped.Append("&gt;");
            else if (c == '&') escaped.Append("&amp;");
            // "://" and "www." would become links in many renderers.
            else if (c == ':' && i + 1 < plain.Length && plain[i + 1] == '/') escaped.Append("&#58;");
            else if (c == '.' && i >= 3 && plain.AsSpan(i - 3, 3).Equals("www", StringComparison.OrdinalIgnoreCase)) escaped.Append("&#46;");
            else if (Markup.Contains(c, StringComparison.Ordinal)) escaped.Append('\\').Append(c);
            else escaped.Append(c);
        }
        return escaped.ToString();
    }
}
