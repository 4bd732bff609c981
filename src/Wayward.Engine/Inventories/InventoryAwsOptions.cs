namespace Wayward.Engine.Inventories;

/// <summary>One account and region. Credentials come from the SDK's own chain and are never stored.</summary>
public sealed record InventoryAwsOptions
{
    public string Region { get; init; } = "";
    /// <summary>Role to assume: how several accounts are read. Empty = the credentials as they are.</summary>
    public string RoleArn { get; init; } = "";
    public string ExternalId { get; init; } = "";
    public string Profile { get; init; } = "";
    /// <summary>Instead of the region's own, such as a VPC endpoint.</summary>
    public string Endpoint { get; init; } = "";
    public string StsEndpoint { get; init; } = "";

    /// <summary>As health shows it.</summary>
    public string Name => RoleArn.Length > 0 ? $"{Region} {RoleArn}" : Profile.Length > 0 ? $"{Region} {Profile}" : Region;
}
