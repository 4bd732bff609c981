namespace Wayward.Core.Detection;

/// <summary>Numbers of the detections beyond first contacts, and of roles. Bytes are of one UTC hour unless a window is named; severities in tenths.</summary>
public sealed record PatternOptions
{
    /// <summary>Tunnel on plain DNS: mean bytes of an outgoing packet, IPv4.</summary>
    public int TunnelMeanBytes { get; init; } = 150;
    /// <summary>The same for IPv6, whose header is 20 bytes longer.</summary>
    public int TunnelMeanBytesV6 { get; init; } = 170;
    public long TunnelBytes { get; init; } = 256 << 10;
    /// <summary>Tunnel by sheer volume, whatever the packets' size.</summary>
    public long TunnelVolume { get; init; } = 4 << 20;
    /// <summary>… and this many times the instance's own 95th percentile of hours before.</summary>
    public int TunnelVolumeFactor { get; init; } = 10;

    /// <summary>The time in which the volume of an instance is summed over all its targets.</summary>
    public TimeSpan TunnelWindow { get; init; } = TimeSpan.FromHours(24);
    /// <summary>Sent over UDP 53 within <see cref="TunnelWindow"/> …</summary>
    public long TunnelDayBytes { get; init; } = 1 << 20;
    /// <summary>… with this mean of an outgoing packet, IPv4.</summary>
    public int TunnelDayMeanBytes { get; init; } = 120;
    /// <summary>The same for IPv6.</summary>
    public int TunnelDayMeanBytesV6 { get; init; } = 140;
    /// <summary>Received over any transport within <see cref="TunnelWindow"/> …</summary>
    public long TunnelAnswerBytes { get; init; } = 20 << 20;
    /// <summary>… with this mean of an incoming packet.</summary>
    public int TunnelAnswerMeanBytes { get; init; } = 400;

    /// <summary>Sent over TCP 53 and encrypted transports within <see cref="TunnelWindow"/>, or over an encrypted one to one target in an hour …</summary>
    public long EncryptedTunnelBytes { get; init; } = 5 << 20;
    /// <summary>… over received.</summary>
    public double EncryptedTunnelRatio { get; init; } = 1.5;

    /// <summary>For an instance with a computed role, the thresholds of all volumes are multiplied by this.</summary>
    public int TunnelResolverFactor { get; init; } = 10;
    public int TunnelSeverity { get; init; } = 70;
    /// <summary>Tenths for each factor of ten in volume.</summary>
    public int TunnelGrowthSeverity { get; init; } = 5;
    public int TunnelConfidence { get; init; } = 60;

    /// <summary>New targets of one instance within <see cref="FanOutWindow"/> that are one finding instead of many.</summary>
    public int FanOutTargets { get; init; } = 10;
    /// <summary>Both ends inclusive.</summary>
    public TimeSpan FanOutWindow { get; init; } = TimeSpan.FromHours(24);
    /// <summary>New targets that follow each other within this belong to the same fan-out.</summary>
    public TimeSpan FanOutGap { get; init; } = TimeSpan.FromDays(7);
    /// <summary>New targets within <see cref="FanOutBurstWindow"/> that are a fan-out too: no program asks so many by accident.</summary>
    public int FanOutBurstTargets { get; init; } = 5;
    public TimeSpan FanOutBurstWindow { get; init; } = TimeSpan.FromMinutes(1);
    public int FanOutSeverity { get; init; } = 60;

    public int RotationProviders { get; init; } = 4;
    public int RotationNew { get; init; } = 3;
    public TimeSpan RotationWindow { get; init; } = TimeSpan.FromDays(7);
    public int RotationSeverity { get; init; } = 60;

    /// <summary>How long after a reject an answered new way counts as a way around it.</summary>
    public TimeSpan EvasionWindow { get; init; } = TimeSpan.FromMinutes(60);
    public int EvasionSeverity { get; init; } = 75;

    public int BecameResolverSeverity { get; init; } = 50;
    /// <summary>It began to answer clients with public addresses.</summary>
    public int PublicServerSeverity { get; init; } = 70;
    /// <summary>It began to answer private clients, as another member of its group did before.</summary>
    public int GroupServerSeverity { get; init; } = 30;

    /// <summary>Authoritative servers that an instance asked directly on a day.</summary>
    public int AuthoritativeSeverity { get; init; } = 30;
    /// <summary>An uncatalogued server asked so soon after a root or TLD server is the next step of the same lookup, if it is not asked again an hour later.</summary>
    public TimeSpan TraceWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Instances of an account that begin one operator (or one uncatalogued address) within <see cref="FleetWindow"/> and are one finding instead of many.</summary>
    public int FleetInstances { get; init; } = 3;
    /// <summary>Also the longest pause between first contacts of one such finding.</summary>
    public TimeSpan FleetWindow { get; init; } = TimeSpan.FromHours(24);
    public int FleetSeverity { get; init; } = 60;

    /// <summary>Roles rest on what was seen in this span before the contact.</summary>
    public TimeSpan RoleWindow { get; init; } = TimeSpan.FromDays(7);
    /// <summary>Serves DNS: clients answered in an hour …</summary>
    public int ServesClients { get; init; } = 3;
    /// <summary>… in so many hours.</summary>
    public int ServesHours { get; init; } = 2;
    /// <summary>Iterating resolver: days on which a root server answered …</summary>
    public int IteratingDays { get; init; } = 3;
    /// <summary>… and so many uncatalogued port-53 servers each. One is enough for a small iterator.</summary>
    public int IteratingServers { get; init; } = 20;
}
