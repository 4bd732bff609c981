using System.Globalization;
using System.Reflection;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>What detection options may be. All errors at once, each naming its key, the value and what would be accepted.</summary>
internal static class DetectionOptionsRules
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;
    private static readonly HashSet<string> NotPoints = new(StringComparer.Ordinal)
    {
        nameof(ScoringOptions.Minimum), nameof(ScoringOptions.Maximum), nameof(ScoringOptions.SpreadingInstances), nameof(ScoringOptions.WidelyEstablishedInstances), nameof(ScoringOptions.RegularMinimumHours),
        nameof(ConfidenceOptions.TunnelLargeBytes),
    };

    public static IReadOnlyList<string> Check(DetectionOptions options)
    {
        var rules = new OptionRules(DetectionOptions.Section);
        // Coverage is kept by the day: with H of at least one day, days give the same epochs as records do.
        Span(nameof(options.HistoryWindow), options.HistoryWindow, TimeSpan.FromDays(1), TimeSpan.FromDays(3650));
        Span(nameof(options.Learning), options.Learning, TimeSpan.FromHours(1), options.HistoryWindow < TimeSpan.FromHours(1) ? TimeSpan.FromDays(3650) : options.HistoryWindow,
            $"at most {DetectionOptions.Section}:{nameof(options.HistoryWindow)}");
        Span(nameof(options.AlertedEstablishes), options.AlertedEstablishes, TimeSpan.FromHours(1), TimeSpan.FromDays(3650));
        Span(nameof(options.AllowedLateness), options.AllowedLateness, TimeSpan.Zero, TimeSpan.FromDays(30));
        Span(nameof(options.CatalogHold), options.CatalogHold, TimeSpan.Zero, TimeSpan.FromDays(3650));
        Span(nameof(options.ClosedEpisodes), options.ClosedEpisodes, TimeSpan.Zero, TimeSpan.FromDays(36500));
        Span(nameof(options.AnswerGrace), options.AnswerGrace, TimeSpan.Zero, TimeSpan.FromHours(1));
        Range(nameof(options.CohortMinimumPeers), options.CohortMinimumPeers, 1, 1_000_000);
        Range(nameof(options.CohortMinimumEstablished), options.CohortMinimumEstablished, 1, 1_000_000);
        Range(nameof(options.ReportSeverity), options.ReportSeverity, 0, 100);
        Range(nameof(options.ReportConfidence), options.ReportConfidence, 0, 100);
        Range(nameof(options.FixedSeverity), options.FixedSeverity, 0, 100);
        for (int i = 0; i < options.OwnPrefixes.Count; i++)
            if (!IpPrefix.TryParse(options.OwnPrefixes[i], out _, out string? error)) rules.Add(string.Create(Culture, $"{nameof(options.OwnPrefixes)}:{i}"), $": {error}; accepted is a CIDR block such as 2600:1f18::/36.");

        var scoring = options.Scoring;
        const string group = nameof(options.Scoring);
        Points(group, scoring);
        Range($"{group}:{nameof(scoring.Minimum)}", scoring.Minimum, 0, 100);
        Range($"{group}:{nameof(scoring.Maximum)}", scoring.Maximum, Math.Clamp(scoring.Minimum, 0, 100), 100);
        Range($"{group}:{nameof(scoring.SpreadingInstances)}", scoring.SpreadingInstances, 2, 1_000_000);
        Range($"{group}:{nameof(scoring.WidelyEstablishedInstances)}", scoring.WidelyEstablishedInstances, 1, 1_000_000);
        Range($"{group}:{nameof(scoring.RegularMinimumHours)}", scoring.RegularMinimumHours, 2, 10_000);
        Share($"{group}:{nameof(scoring.RegularDeviation)}", scoring.RegularDeviation);
        Span($"{group}:{nameof(scoring.ResolverSilence)}", scoring.ResolverSilence, TimeSpan.FromHours(1), TimeSpan.FromDays(60));
        var confidence = scoring.Confidence;
        const string inner = $"{group}:{nameof(scoring.Confidence)}";
        Points(inner, confidence);
        Range($"{inner}:{nameof(confidence.Maximum)}", confidence.Maximum, 1, 100);
        Range($"{inner}:{nameof(confidence.TunnelLargeBytes)}", confidence.TunnelLargeBytes, 1, 100_000);
        Share($"{inner}:{nameof(confidence.SkipDataShare)}", confidence.SkipDataShare);
        Share($"{inner}:{nameof(confidence.ThinHistoryShare)}", confidence.ThinHistoryShare);
        var patterns = options.Patterns;
        const string pattern = nameof(options.Patterns);
        foreach (var property in typeof(PatternOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            string key = $"{pattern}:{property.Name}";
            if (property.PropertyType == typeof(int)) Range(key, (int)property.GetValue(patterns)!, 1, property.Name.EndsWith("Severity", StringComparison.Ordinal) || property.Name.EndsWith("Confidence", StringComparison.Ordinal) ? 100 : 1_000_000);
            else if (property.GetValue(patterns) is long bytes) rules.Require(bytes >= 1, key, bytes.ToString(Culture), "1 or more bytes");
            else if (property.PropertyType == typeof(TimeSpan)) Span(key, (TimeSpan)property.GetValue(patterns)!, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        }
        // The folder keeps no more clients of an hour than a cell's inner sources.
        Range($"{pattern}:{nameof(patterns.ServesClients)}", patterns.ServesClients, 1, Contacts.ContactHour.MaxInnerSources);
        rules.Require(patterns.EncryptedTunnelRatio > 0, $"{pattern}:{nameof(patterns.EncryptedTunnelRatio)}", patterns.EncryptedTunnelRatio.ToString(Culture), "more than 0");
        return rules.Errors;

        void Span(string key, TimeSpan value, TimeSpan least, TimeSpan most, string? note = null) => rules.Seconds(value, least, most, note, key);

        void Range(string key, int value, int least, int most) => rules.Range(value, least, most, null, key);

        void Share(string key, double value) => rules.Share(value, key);

        // Whatever else is a whole number among the scores is points.
        void Points(string prefix, object scores)
        {
            foreach (var property in scores.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (property.PropertyType == typeof(int) && !NotPoints.Contains(property.Name)) Range($"{prefix}:{property.Name}", (int)property.GetValue(scores)!, -100, 100);
            }
        }
    }
}
