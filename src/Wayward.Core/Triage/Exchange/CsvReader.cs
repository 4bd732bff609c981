using System.Text;

namespace Wayward.Core.Triage.Exchange;

/// <summary>Reads comma-separated values by RFC 4180, and takes off what <see cref="Text.Csv"/> put on.</summary>
internal static class CsvReader
{
    private const string FormulaStarts = "=+-@\t\r\n\0\uFF1D\uFF0B\uFF0D\uFF20";

    /// <summary>Rows with the line on which each begins.</summary>
    public static IEnumerable<(int Line, List<string> Cells)> Read(string text)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        bool quoted = false;
        int line = 1, begun = 1;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n') line++;
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0) quoted = true;
            else if (c == ',') Take();
            else if (c == '\n')
            {
                Take();
                yield return (begun, cells);
                (cells, begun) = ([], line);
            }
            else if (c != '\r' || i + 1 < text.Length && text[i + 1] != '\n') cell.Append(c);
        }
        if (cell.Length > 0 || cells.Count > 0)
        {
            Take();
            yield return (begun, cells);
        }

        void Take()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
    }

    /// <summary>A text that begins with an apostrophe gets a second one, so that the one that guards against formulas can be told from it.</summary>
    public static string Guarded(string value) => value.StartsWith('\'') ? "'" + value : value;

    public static string Unguarded(string cell) => cell.Length > 1 && cell[0] == '\'' && (cell[1] == '\'' || FormulaStarts.Contains(cell[1])) ? cell[1..] : cell;
}
