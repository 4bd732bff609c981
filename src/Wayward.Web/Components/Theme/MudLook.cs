using MudBlazor;

namespace Wayward.Web.Components.Theme;

/// <summary>The component library's theme, made from the same palette; the style sheet points its variables at ours, so this is what it computes with.</summary>
internal static class MudLook
{
    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = Fill(new PaletteLight(), WaywardPalette.Light),
        PaletteDark = Fill(new PaletteDark(), WaywardPalette.Dark),
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
    };

    private static T Fill<T>(T palette, WaywardPalette colours) where T : Palette
    {
        palette.Primary = colours.Accent;
        palette.PrimaryContrastText = colours.OnAccent;
        palette.Background = colours.Background;
        palette.Surface = colours.Raised;
        palette.TextPrimary = colours.Text;
        palette.TextSecondary = colours.TextSoft;
        palette.LinesDefault = colours.Line;
        palette.LinesInputs = colours.LineStrong;
        palette.Error = colours.ErrorText;
        palette.Warning = colours.Medium;
        palette.Success = colours.Good;
        return palette;
    }
}
