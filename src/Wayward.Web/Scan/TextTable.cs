using Wayward.Core.Text;

namespace Wayward.Web.Scan;

/// <summary>Aligned columns of plain text. Cells are made safe for a terminal: no control character of a log reaches it.</summary>
internal sealed class TextTable(params string[] headers)
{
    private readonly List<string[]> _rows = [];
    private readonly HashSet<int> _right = [];

    public TextTable RightAlign(params ReadOnlySpan<int> columns)
    {
        foreach (int column in columns) _right.Add(column);
        return this;
    }

    public void Add(params ReadOnlySpan<string?> cells)
    {
        string[] row = new string[headers.Length];
        for (int i = 0; i < row.Length; i++) row[i] = SafeText.Plain(cells[i] ?? "", 120);
        _rows.Add(row);
    }

    public void Write(TextWriter output)
    {
        int[] widths = [.. headers.Select((h, i) => Math.Max(h.Length, _rows.Count == 0 ? 0 : _rows.Max(r => r[i].Length)))];
        Line(headers);
        Line([.. widths.Select(w => new string('-', w))]);
        foreach (string[] row in _rows) Line(row);

        void Line(IReadOnlyList<string> cells) =>
            output.WriteLine(string.Join("  ", cells.Select((c, i) => _right.Contains(i) ? c.PadLeft(widths[i]) : c.PadRight(widths[i]))).TrimEnd());
    }
}
