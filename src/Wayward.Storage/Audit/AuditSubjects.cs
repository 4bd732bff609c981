using System.Globalization;

namespace Wayward.Storage.Audit;

/// <summary>How audit entries name what they are about, beside finding ids.</summary>
public static class AuditSubjects
{
    public static string Incident(int incidentId) => string.Create(CultureInfo.InvariantCulture, $"incident:{incidentId}");
}
