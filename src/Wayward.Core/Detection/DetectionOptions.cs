namespace Wayward.Core.Detection;

/// <summary>
/// Every number of the detection rules. Bound from configuration section <c>Detection</c>; durations are <see cref="TimeSpan"/> text such as <c>45.00:00:00</c>.
/// </summary>
public sealed record DetectionOptions
{
    public const string Section = "Detection";
    public static readonly DetectionOptions Default = new();

    /// <summary>H: "not seen within". At least one day.</summary>
    public TimeSpan HistoryWindow { get; init; } = TimeSpan.FromDays(45);
    /// <summary>L: how long an instance is observed before its own history counts. At least one hour, at most H.</summary>
    public TimeSpan Learning { get; init; } = TimeSpan.FromDays(7);
    public int CohortMinimumPeers { get; init; } = 3;
    public int CohortMinimumEstablished { get; init; } = 2;
    /// <summary>A finding is provisional until the largest start seen, less this, passes its first contact.</summary>
    public TimeSpan AllowedLateness { get; init; } = TimeSpan.FromMinutes(60);
    /// <summary>How long an entry that left its feed keeps alerting.</summary>
    public TimeSpan CatalogHold { get; init; } = TimeSpan.FromDays(30);
    /// <summary>How long closed episodes are remembered, to say "seen before".</summary>
    public TimeSpan ClosedEpisodes { get; init; } = TimeSpan.FromDays(400);
    /// <summary>An ingress record this long after an episode still counts as its answer.</summary>
    public TimeSpan AnswerGrace { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>Join the findings of one provider into one. Off in the <c>guardduty</c> profile.</summary>
    public bool ProviderMerge { get; init; } = true;
    /// <summary>Evaluate young instances by their cohort. Off: young instances only learn.</summary>
    public bool Cohorts { get; init; } = true;
    /// <summary>
    /// Evaluate a young instance by the first mature one of its groups (ASG, launch template, image, subnet, VPC). Off: by the first group that is known, and by none if that one is immature.
    /// </summary>
    public bool CohortFallback { get; init; } = true;
    /// <summary>How old a use that itself made a finding must be before it counts as established for other members of its group. At least L.</summary>
    public TimeSpan AlertedEstablishes { get; init; } = TimeSpan.FromDays(45);
    /// <summary>Findings below either threshold are stored with <c>reported: false</c>. Severity in tenths.</summary>
    public int ReportSeverity { get; init; } = 40;
    public int ReportConfidence { get; init; } = 50;
    /// <summary>Fixed severity in tenths; 0 = computed from factors.</summary>
    public int FixedSeverity { get; init; }
    /// <summary>First contacts that have one cause are one finding: a fleet's, a fan-out's, a way around a block. Off: each is a finding beside it.</summary>
    public bool Stories { get; init; } = true;
    /// <summary>Our own types beyond GuardDuty's three.</summary>
    public bool OwnTypes { get; init; } = true;
    /// <summary>Prefixes of the operator's own networks: never public, and local when they appear.</summary>
    public IReadOnlyList<string> OwnPrefixes { get; init; } = [];
    public ScoringOptions Scoring { get; init; } = new();
    /// <summary>Detections beyond first contacts, and roles.</summary>
    public PatternOptions Patterns { get; init; } = new();

    /// <summary>The parameter set that imitates GuardDuty: per address, severity 5.0, no own types.</summary>
    public static DetectionOptions GuardDutyProfile(DetectionOptions basis) =>
        basis with { ProviderMerge = false, FixedSeverity = 50, OwnTypes = false };

    /// <summary>All errors at once, each naming its key and the accepted values.</summary>
    public IReadOnlyList<string> Validate() => DetectionOptionsRules.Check(this);
}

/// <summary>Points of each factor (section 9 of the rules). Severity in tenths.</summary>
public sealed record ScoringOptions
{
    public int Start { get; init; } = 50;
    public int Minimum { get; init; } = 10;
    public int Maximum { get; init; } = 89;
    public int ThreatListOrForbid { get; init; } = 30;
    public int EvasionAfterBlock { get; init; } = 25;
    public int Tunnelling { get; init; } = 25;
    public int FirstInAccount { get; init; } = 10;
    public int UncataloguedAnswered { get; init; } = 10;
    public int Spreading { get; init; } = 5;
    public int SpreadingInstances { get; init; } = 2;
    public int FirstEncrypted { get; init; } = 5;
    public int EarlierResolverSilent { get; init; } = 5;
    public TimeSpan ResolverSilence { get; init; } = TimeSpan.FromHours(24);
    public int RegularRecontact { get; init; } = 5;
    public int RegularMinimumHours { get; init; } = 12;
    /// <summary>Largest relative deviation of gaps that still counts as regular.</summary>
    public double RegularDeviation { get; init; } = 0.2;
    public int ProviderKnown { get; init; } = -25;
    public int Blocked { get; init; } = -20;
    public int EstablishedInCohort { get; init; } = -15;
    public int SeenBefore { get; init; } = -15;
    public int WidelyEstablished { get; init; } = -10;
    public int WidelyEstablishedInstances { get; init; } = 5;
    public int Unanswered { get; init; } = -10;
    public int ServesDnsCatalogued { get; init; } = -5;
    /// <summary>Confidence base values.</summary>
    public ConfidenceOptions Confidence { get; init; } = new();
}

/// <summary>Confidence, 0 to 99: "is it what we say it is".</summary>
public sealed record ConfidenceOptions
{
    public int Maximum { get; init; } = 99;
    public int DnsAnswered { get; init; } = 92;
    public int DnsUnanswered { get; init; } = 75;
    public int DotCatalogued { get; init; } = 95;
    public int DotAnswered { get; init; } = 78;
    public int DotUnanswered { get; init; } = 50;
    public int DoqCatalogued { get; init; } = 85;
    public int DoqAnswered { get; init; } = 65;
    public int DoqUnanswered { get; init; } = 40;
    public int DohTierA { get; init; } = 95;
    public int DohTierB { get; init; } = 85;
    public int DohTierD { get; init; } = 60;
    /// <summary>For tier D, for each 90 days since last confirmed.</summary>
    public int DohTierDStale { get; init; } = -10;
    public int Doh3 { get; init; } = -5;
    public int DnsCrypt { get; init; } = 80;
    public int SideFromAddresses { get; init; } = -5;
    public int BothPorts { get; init; } = -20;
    public int OnePacketUnanswered { get; init; } = -15;
    public int SynSent { get; init; } = 3;
    public int SkipData { get; init; } = -10;
    public double SkipDataShare { get; init; } = 0.1;
    public int ThinHistory { get; init; } = -10;
    public double ThinHistoryShare { get; init; } = 0.5;
    public int CohortBasis { get; init; } = -10;
    public int TargetLearning { get; init; } = -15;
    /// <summary>Of a tunnel: none of its targets is catalogued.</summary>
    public int TunnelUncatalogued { get; init; } = 10;
    public int TunnelRegular { get; init; } = 10;
    /// <summary>The mean packet is larger than <see cref="TunnelLargeBytes"/>.</summary>
    public int TunnelLarge { get; init; } = 10;
    public int TunnelLargeBytes { get; init; } = 200;
    /// <summary>TCP 53 to a server in use for H.</summary>
    public int TunnelZoneTransfer { get; init; } = -20;
}
