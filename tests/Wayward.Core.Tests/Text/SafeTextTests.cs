using Wayward.Core.Text;

namespace Wayward.Core.Tests.Text;

public sealed class SafeTextTests
{
    [Fact]
    public void Ordinary_text_in_any_script_is_one_piece()
    {
        foreach (string text in new[] { "web-17", "本番サーバー", "сервер", "خادم", "naïve café", "<script>alert(1)</script>" })
        {
            var piece = Assert.Single(SafeText.Pieces(text, 300, out int hidden));
            Assert.Equal(new TextPiece(text, null), piece);
            Assert.Equal(0, hidden);
            Assert.True(SafeText.IsPlain(text));
        }
    }

    [Theory]
    [InlineData("\u202E", "U+202E")]
    [InlineData("\u200B", "U+200B")]
    [InlineData("\0", "U+0000")]
    [InlineData("\u001b", "U+001B")]
    [InlineData("\r", "U+000D")]
    [InlineData("\uFEFF", "U+FEFF")]
    [InlineData("\U000E0041", "U+E0041")]
    [InlineData("\u2067", "U+2067")]
    public void Characters_that_hide_or_reorder_become_chips(string character, string label)
    {
        var pieces = SafeText.Pieces("a" + character + "b", 300, out _);
        Assert.Equal(["a", label, "b"], pieces.Select(p => p.Text));
        Assert.True(pieces[1].IsChip);
        Assert.False(SafeText.IsPlain("a" + character + "b"));
        Assert.Equal($"a[{label}]b", SafeText.Plain("a" + character + "b"));
    }

    [Fact]
    public void A_lone_surrogate_is_a_chip_and_the_rest_survives()
    {
        var pieces = SafeText.Pieces("a\uD800b", 300, out _);
        Assert.Equal(["a", "U+D800", "b"], pieces.Select(p => p.Text));
    }

    [Fact]
    public void Long_text_is_clamped_without_cutting_a_pair_and_says_how_much_is_hidden()
    {
        string text = string.Concat(Enumerable.Repeat("😀", 5_000));
        var pieces = SafeText.Pieces(text, 301, out int hidden);
        Assert.Equal(300, pieces.Sum(p => p.Text.Length));
        Assert.Equal(text.Length - 300, hidden);
        Assert.EndsWith("… (+9700)", SafeText.Plain(text, 301), StringComparison.Ordinal);
    }
}
