using System.Security.Cryptography;
using System.Text;

namespace Wayward.Web.Reports.Html;

/// <summary>The report's style sheet and the policy that lets it, and nothing else, apply.</summary>
internal static class ReportStyle
{
    public static string Css { get; } = Read();

    /// <summary>Nothing is loaded and nothing runs, wherever the file is opened.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'; img-src data:; base-uri 'none'; form-action 'none'";

    private static string Read()
    {
        using var stream = typeof(ReportStyle).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
