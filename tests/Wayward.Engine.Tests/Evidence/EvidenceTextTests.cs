using System.Text;
using Wayward.Core.Contacts;

namespace Wayward.Engine.Tests.Evidence;

public sealed class EvidenceTextTests
{
    [Theory]
    [InlineData("2 111122223333 eni-1 ACCEPT OK", "2 111122223333 eni-1 ACCEPT OK")]
    [InlineData("a\\x41b", @"a\x5Cx41b")]
    [InlineData("a\nb\u001b[31m\0", @"a\x0Ab\x1B[31m\x00")]
    [InlineData("é\u007f", @"\xC3\xA9\x7F")]
    public void Everything_but_printable_ascii_and_the_backslash_itself_is_escaped(string line, string text) => Assert.Equal(text, EvidenceText.Escape(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void A_long_line_is_cut_and_no_escape_is_cut_in_two()
    {
        Assert.InRange(EvidenceText.Escape(new byte[10_000]).Length, EvidenceText.MaxLength - 4, EvidenceText.MaxLength);
        Assert.EndsWith(@"\x00", EvidenceText.Escape(new byte[10_000]), StringComparison.Ordinal);
    }
}
