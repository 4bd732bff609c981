using Microsoft.AspNetCore.Components;
using Wayward.Core.Text;

namespace Wayward.Web.Components.Shared;

/// <summary>Shows foreign text safely; see <see cref="SafeText"/>.</summary>
public partial class ForeignText
{
    private IReadOnlyList<TextPiece> _pieces = [];
    private int _hidden;
    private string? _read;

    [Parameter, EditorRequired] public string? Text { get; set; }
    /// <summary>UTF-16 units shown at most.</summary>
    [Parameter] public int Maximum { get; set; } = 160;
    /// <summary>On one line, with an ellipsis where the space ends.</summary>
    [Parameter] public bool Clip { get; set; }
    [Parameter] public string? Class { get; set; }

    protected override void OnParametersSet()
    {
        if (_read == Text) return;
        _read = Text;
        _pieces = string.IsNullOrEmpty(Text) ? [] : SafeText.Pieces(Text, Maximum, out _hidden);
    }
}
