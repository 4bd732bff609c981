using System.Globalization;
using System.Text;

namespace Wayward.Core.Text;

/// <summary>A piece of foreign text: shown as it is, or, when <see cref="Code"/> is set, as a visible chip in place of a character that hides or reorders.</summary>
/// <param name="Text">The characters themselves; for a chip its short label, such as <c>U+202E</c>.</param>
/// <param name="Code">What the chip stands for, in words; null for ordinary text.</param>
public readonly record struct TextPiece(string Text, string? Code)
{
    public bool IsChip => Code is not null;
}

/// <summary>
/// Makes text that came from logs or people safe to look at: characters that reorder (bidi), hide (zero width, tags, variation selectors) or control become visible,
/// and the length is bounded. It does not encode for HTML: whoever writes markup encodes as for any text.
/// </summary>
public static class SafeText
{
    /// <summary>Longest text shown before it is clamped, in UTF-16 units.</summary>
    public const int DefaultMaximum = 300;

    /// <summary>Cuts text into ordinary pieces and chips, at most <paramref name="maximum"/> units of it; no surrogate pair is cut in two.</summary>
    /// <param name="hidden">How many UTF-16 units were left off.</param>
    public static IReadOnlyList<TextPiece> Pieces(string text, int maximum, out int hidden)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximum);
        string shown = Clamp(text, maximum);
        hidden = text.Length - shown.Length;
        var pieces = new List<TextPiece>();
        int start = 0, i = 0;
        while (i < shown.Length)
        {
            if (Rune.DecodeFromUtf16(shown.AsSpan(i), out var rune, out int length) != System.Buffers.OperationStatus.Done)
            {
                Flush(i);
                pieces.Add(new(Label(shown[i]), "a broken surrogate"));
                i += length;
                start = i;
                continue;
            }
            if (Describe(rune) is { } code)
            {
                Flush(i);
                pieces.Add(new(Label(rune.Value), code));
                start = i + length;
            }
            i += length;
        }
        Flush(shown.Length);
        return pieces;

        void Flush(int end)
        {
            if (end > start) pieces.Add(new(shown[start..end], null));
        }
    }

    /// <summary>The same as one string, chips written as <c>[U+202E]</c> and a clamp as <c>… (+n)</c>: for terminals, logs and files.</summary>
    public static string Plain(string text, int maximum = DefaultMaximum)
    {
        var builder = new StringBuilder();
        var pieces = Pieces(text, maximum, out int hidden);
        foreach (var piece in pieces)
        {
            if (piece.IsChip) builder.Append('[').Append(piece.Text).Append(']');
            else builder.Append(piece.Text);
        }
        if (hidden > 0) builder.Append(CultureInfo.InvariantCulture, $"… (+{hidden})");
        return builder.ToString();
    }

    /// <summary>True when nothing in the text needs a chip.</summary>
    public static bool IsPlain(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out int length) != System.Buffers.OperationStatus.Done || Describe(rune) is not null) return false;
            i += length;
        }
        return true;
    }

    /// <summary>What a character does that the eye cannot see; null when it is ordinary.</summary>
    public static string? Describe(Rune rune) => rune.Value switch
    {
        0x202A or 0x202B or 0x202D or 0x202E or 0x2066 or 0x2067 or 0x2068 => "a character that changes the reading direction",
        0x202C or 0x2069 => "a character that ends a change of reading direction",
        0x200E or 0x200F or 0x061C => "a direction mark",
        0x200B or 0x200C or 0x200D or 0x2060 or 0xFEFF or 0x00AD or 0x180E or 0x034F or 0x3164 or 0xFFA0 or 0x115F or 0x1160 or 0x2800 => "an invisible character",
        >= 0x2061 and <= 0x2064 or >= 0x206A and <= 0x206F => "an invisible character",
        >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF => "a variation selector",
        >= 0xE0000 and <= 0xE007F => "an invisible tag character",
        0x2028 or 0x2029 => "a line separator",
        >= 0xFFF9 and <= 0xFFFB => "an annotation character",
        _ => Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control => "a control character",
            UnicodeCategory.Format => "an invisible character",
            UnicodeCategory.PrivateUse => "a private-use character",
            UnicodeCategory.OtherNotAssigned => "an unassigned character",
            _ => null,
        },
    };

    private static string Clamp(string text, int maximum)
    {
        if (text.Length <= maximum) return text;
        int end = char.IsHighSurrogate(text[maximum - 1]) && maximum > 1 ? maximum - 1 : maximum;
        return text[..end];
    }

    private static string Label(int value) => string.Create(CultureInfo.InvariantCulture, $"U+{value:X4}");
}
