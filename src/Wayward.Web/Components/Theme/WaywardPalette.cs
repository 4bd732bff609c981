using System.Globalization;
using System.Text;

namespace Wayward.Web.Components.Theme;

/// <summary>
/// Every colour of the program, once for each mode: surfaces, words, the accent, the severity scale and the charts. Pages use the names as CSS variables
/// (<c>var(--text)</c>), charts read the values. Text colours reach a contrast of 4.5:1 on each surface they may stand on; a test holds it.
/// </summary>
public sealed record WaywardPalette
{
    public required string Background { get; init; }
    public required string Surface { get; init; }
    public required string Raised { get; init; }
    /// <summary>The row under the pointer, and headers of tables.</summary>
    public required string Hover { get; init; }
    public required string Selected { get; init; }
    public required string Line { get; init; }
    public required string LineStrong { get; init; }
    public required string Text { get; init; }
    public required string TextSoft { get; init; }
    public required string TextFaint { get; init; }
    public required string Accent { get; init; }
    public required string OnAccent { get; init; }
    public required string AccentSoft { get; init; }
    public required string High { get; init; }
    public required string Medium { get; init; }
    public required string Low { get; init; }
    public required string Good { get; init; }
    public required string WarnSurface { get; init; }
    public required string WarnText { get; init; }
    public required string ErrorText { get; init; }
    /// <summary>Hues of destination classes: told apart by any colour vision, and never by hue alone.</summary>
    public required string ClassKnown { get; init; }
    public required string ClassUncatalogued { get; init; }
    public required string ClassEncrypted { get; init; }
    public required string ClassAuthoritative { get; init; }
    public required string Hatch { get; init; }
    public required string Chip { get; init; }
    public required string ChipText { get; init; }
    public required string Shadow { get; init; }

    public static readonly WaywardPalette Light = new()
    {
        Background = "#f4f6f8",
        Surface = "#ffffff",
        Raised = "#ffffff",
        Hover = "#f0f3f6",
        Selected = "#e3f1f3",
        Line = "#e0e4ea",
        LineStrong = "#bcc5cf",
        Text = "#18202a",
        TextSoft = "#465362",
        TextFaint = "#5c6978",
        Accent = "#0b6674",
        OnAccent = "#ffffff",
        AccentSoft = "#d8ecef",
        High = "#b0201b",
        Medium = "#8a5200",
        Low = "#3d5a80",
        Good = "#2a6b3c",
        WarnSurface = "#fff3d6",
        WarnText = "#5e3b00",
        ErrorText = "#a01b17",
        ClassKnown = "#2369b3",
        ClassUncatalogued = "#c45500",
        ClassEncrypted = "#8d3f9e",
        ClassAuthoritative = "#56707a",
        Hatch = "#8fa0b0",
        Chip = "#ffe2a8",
        ChipText = "#4d3100",
        Shadow = "rgba(24,32,42,.16)",
    };

    public static readonly WaywardPalette Dark = new()
    {
        Background = "#0e1318",
        Surface = "#161d24",
        Raised = "#1d2630",
        Hover = "#1f2831",
        Selected = "#153239",
        Line = "#29333e",
        LineStrong = "#465361",
        Text = "#e7ebf0",
        TextSoft = "#b3bdc8",
        TextFaint = "#95a1ae",
        Accent = "#5cc3d0",
        OnAccent = "#06262b",
        AccentSoft = "#173b42",
        High = "#ff8a80",
        Medium = "#f0b755",
        Low = "#8fb4e0",
        Good = "#7fcf95",
        WarnSurface = "#3a2c0c",
        WarnText = "#ffdf9e",
        ErrorText = "#ff9a92",
        ClassKnown = "#5b9fe6",
        ClassUncatalogued = "#f08c3c",
        ClassEncrypted = "#cf86df",
        ClassAuthoritative = "#8fa9b3",
        Hatch = "#5d6d7c",
        Chip = "#5a4310",
        ChipText = "#ffe2a8",
        Shadow = "rgba(0,0,0,.5)",
    };

    /// <summary>The style sheet that gives every name its value in both modes; <c>system</c> follows the browser.</summary>
    public static string Css { get; } = BuildCss();

    private static string BuildCss()
    {
        var css = new StringBuilder();
        css.Append(CultureInfo.InvariantCulture, $":root{{color-scheme:light;{Light.Variables()}}}");
        css.Append(CultureInfo.InvariantCulture, $":root[data-theme=dark]{{color-scheme:dark;{Dark.Variables()}}}");
        css.Append(CultureInfo.InvariantCulture, $"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]):not([data-theme=dark]){{color-scheme:dark;{Dark.Variables()}}}}}");
        return css.ToString();
    }

    private string Variables()
    {
        var css = new StringBuilder();
        foreach (var (name, value) in Named()) css.Append(CultureInfo.InvariantCulture, $"--{name}:{value};");
        return css.ToString();
    }

    /// <summary>CSS variable name and value of each colour.</summary>
    public IEnumerable<(string Name, string Value)> Named()
    {
        yield return ("bg", Background);
        yield return ("surface", Surface);
        yield return ("raised", Raised);
        yield return ("hover", Hover);
        yield return ("selected", Selected);
        yield return ("line", Line);
        yield return ("line-strong", LineStrong);
        yield return ("text", Text);
        yield return ("text-soft", TextSoft);
        yield return ("text-faint", TextFaint);
        yield return ("accent", Accent);
        yield return ("on-accent", OnAccent);
        yield return ("accent-soft", AccentSoft);
        yield return ("high", High);
        yield return ("medium", Medium);
        yield return ("low", Low);
        yield return ("good", Good);
        yield return ("warn-surface", WarnSurface);
        yield return ("warn-text", WarnText);
        yield return ("error-text", ErrorText);
        yield return ("class-known", ClassKnown);
        yield return ("class-uncatalogued", ClassUncatalogued);
        yield return ("class-encrypted", ClassEncrypted);
        yield return ("class-authoritative", ClassAuthoritative);
        yield return ("hatch", Hatch);
        yield return ("chip", Chip);
        yield return ("chip-text", ChipText);
        yield return ("shadow", Shadow);
    }
}
