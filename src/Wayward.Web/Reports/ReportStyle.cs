using System.Security.Cryptography;
using System.Text;

namespace Wayward.Web.Reports;

/// <summary>The report's style sheet and the policy that lets it, and nothing else, apply.</summary>
internal static class ReportStyle
{
    public const string Css = """
        @page { size: A4; margin: 14mm 13mm; }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 24px; max-width: 1080px; background: #fff; color: #1c2733; font: 13px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK JP", sans-serif; }
        h1 { font-size: 21px; line-height: 1.3; margin: 4px 0 8px; overflow-wrap: anywhere; }
        h2 { font-size: 15px; margin: 26px 0 8px; padding-bottom: 3px; border-bottom: 1px solid #d5dde4; break-after: avoid; }
        h3 { font-size: 13px; margin: 14px 0 4px; break-after: avoid; }
        p { margin: 6px 0; max-width: 80ch; overflow-wrap: anywhere; }
        .kicker { color: #5b6b7a; margin: 0; }
        .facts { display: flex; flex-wrap: wrap; gap: 8px 28px; margin: 12px 0; padding: 10px 14px; border: 1px solid #d5dde4; border-radius: 6px; }
        .facts div span { display: block; color: #5b6b7a; font-size: 11px; }
        .facts div b { font-size: 15px; overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; margin: 6px 0 10px; }
        th, td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0; border-bottom: 1px solid #e8edf1; overflow-wrap: anywhere; }
        th { color: #5b6b7a; font-weight: 600; font-size: 11px; white-space: nowrap; }
        thead { display: table-header-group; }
        tr { break-inside: avoid; }
        .facts, figure, .waterfall { break-inside: avoid; }
        td.num, th.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td.time { white-space: nowrap; }
        td.bar { width: 190px; }
        .total td { font-weight: 700; border-top: 2px solid #1c2733; }
        .raw, .mono { font: 11px/1.5 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        figure { margin: 8px 0; }
        figcaption { color: #5b6b7a; font-size: 11px; }
        .chip { border: 1px solid #8a5a00; border-radius: 3px; color: #8a5a00; font: 10px/1.2 ui-monospace, Consolas, monospace; padding: 0 2px; margin: 0 1px; }
        .undone { color: #5b6b7a; text-decoration: line-through; }
        blockquote { margin: 8px 0; padding: 4px 12px; border-left: 3px solid #c5d0da; overflow-wrap: anywhere; }
        blockquote footer { color: #5b6b7a; font-size: 11px; }
        .params { columns: 2; column-gap: 28px; font-size: 11px; }
        .params div { break-inside: avoid; display: flex; justify-content: space-between; gap: 10px; border-bottom: 1px solid #eef2f5; }
        body > footer { margin-top: 28px; padding-top: 8px; border-top: 1px solid #d5dde4; color: #5b6b7a; font-size: 11px; }
        @media print { body { padding: 0; max-width: none; font-size: 11px; } h2 { margin-top: 18px; } }
        """;

    private static readonly string Hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)));

    /// <summary>Nothing is loaded and nothing runs, wherever the file is opened.</summary>
    public static string Policy { get; } = $"default-src 'none'; style-src 'sha256-{Hash}'; img-src data:; base-uri 'none'; form-action 'none'";
}
