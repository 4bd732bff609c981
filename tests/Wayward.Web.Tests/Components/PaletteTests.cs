using System.Globalization;
using Wayward.Web.Components.Theme;

namespace Wayward.Web.Tests.Components;

public sealed class PaletteTests
{
    public static TheoryData<string> Modes => ["light", "dark"];

    private static WaywardPalette Palette(string mode) => mode == "dark" ? WaywardPalette.Dark : WaywardPalette.Light;

    /// <summary>WCAG 2.2 contrast ratio of two sRGB colours.</summary>
    private static double Contrast(string one, string other)
    {
        double a = Luminance(one), b = Luminance(other);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);

        static double Luminance(string colour)
        {
            double Channel(int at)
            {
                double c = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
                return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
            }
            return 0.2126 * Channel(1) + 0.7152 * Channel(3) + 0.0722 * Channel(5);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Text_reaches_AA_on_every_surface_it_stands_on(string mode)
    {
        var p = Palette(mode);
        foreach (string surface in new[] { p.Background, p.Surface, p.Raised, p.Hover, p.Selected })
            foreach (string text in new[] { p.Text, p.TextSoft, p.TextFaint, p.Accent, p.High, p.Medium, p.Low, p.ErrorText })
                Assert.True(Contrast(text, surface) >= 4.5, $"{mode}: {text} on {surface} is {Contrast(text, surface):0.00}");
        foreach (var (text, surface) in new[] { (p.OnAccent, p.Accent), (p.WarnText, p.WarnSurface), (p.ChipText, p.Chip), (p.Text, p.AccentSoft), (p.TextSoft, p.AccentSoft), (p.Good, p.Surface), (p.Background, p.Text) })
            Assert.True(Contrast(text, surface) >= 4.5, $"{mode}: {text} on {surface} is {Contrast(text, surface):0.00}");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Lane_hues_and_marks_reach_3_to_1_against_their_ground(string mode)
    {
        var p = Palette(mode);
        foreach (string hue in new[] { p.ClassKnown, p.ClassUncatalogued, p.ClassEncrypted, p.ClassAuthoritative, p.High, p.Medium, p.Low, p.Accent })
            Assert.True(Contrast(hue, p.Surface) >= 3, $"{mode}: {hue} is {Contrast(hue, p.Surface):0.00}");
    }

    [Fact]
    public void Both_modes_name_the_same_colours() =>
        Assert.Equal(WaywardPalette.Light.Named().Select(n => n.Name), WaywardPalette.Dark.Named().Select(n => n.Name));
}
