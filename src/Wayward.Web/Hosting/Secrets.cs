using System.Text.RegularExpressions;

namespace Wayward.Web.Hosting;

/// <summary>Takes credentials out of text that came from elsewhere, such as a message of a client library, before it is shown to anyone.</summary>
internal static partial class Secrets
{
    public static string Redact(string text) => Named().Replace(AccessKey().Replace(text, "[access key]"), "$1[redacted]");

    // Long-lived and temporary access key ids (AWS IAM user guide, "Unique identifiers").
    [GeneratedRegex(@"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex AccessKey();

    [GeneratedRegex(@"((?:password|pwd|secret|token|signature|credential|authorization|x-amz-security-token|x-amz-signature|x-amz-credential)[""']?\s*[=:]\s*[""']?(?:bearer\s+)?)[^\s;,&""']+",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}
