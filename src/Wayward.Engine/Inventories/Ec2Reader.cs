using Amazon;
using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Engine.Sources.Aws;
using InstanceAttribute = Wayward.Core.Contacts.InstanceAttribute;

namespace Wayward.Engine.Inventories;

/// <summary>Asks EC2 for all instances and interfaces of one account and region, page by page.</summary>
internal sealed class Ec2Reader(AwsClientSettings settings)
{
    private const int PageSize = 1_000;

    /// <exception cref="InventoryUnavailableException">Why, for the operator.</exception>
    public async Task<IReadOnlyList<InventoryItem>> ReadAsync(InventoryAwsOptions account, CancellationToken cancellation)
    {
        try
        {
            using var ec2 = new AmazonEC2Client(await CredentialsAsync(account, cancellation), Config(new AmazonEC2Config(), account, account.Endpoint));
            var items = new List<InventoryItem>();
            var accounts = new Dictionary<string, string>(StringComparer.Ordinal);
            string? token = null;
            do
            {
                var page = await ec2.DescribeInstancesAsync(new DescribeInstancesRequest { MaxResults = PageSize, NextToken = token }, cancellation);
                foreach (var reservation in page.Reservations ?? [])
                    foreach (var instance in reservation.Instances ?? []) items.Add(ItemOf(instance, reservation.OwnerId, account.Region));
                token = page.NextToken;
            }
            while (!string.IsNullOrEmpty(token));
            do
            {
                var page = await ec2.DescribeNetworkInterfacesAsync(new DescribeNetworkInterfacesRequest { MaxResults = PageSize, NextToken = token }, cancellation);
                items.AddRange((page.NetworkInterfaces ?? []).Select(eni => ItemOf(eni, account.Region)));
                token = page.NextToken;
            }
            while (!string.IsNullOrEmpty(token));
            return items;
        }
        catch (AmazonServiceException e)
        {
            string code = string.IsNullOrEmpty(e.ErrorCode) ? ((int)e.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture) : e.ErrorCode;
            throw new InventoryUnavailableException($"AWS refused: {code}. {Advice(code)}", e);
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException or IOException or TimeoutException)
        {
            throw new InventoryUnavailableException($"AWS could not be asked: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new InventoryUnavailableException("AWS did not answer in time.", e);
        }
    }

    private async Task<AWSCredentials> CredentialsAsync(InventoryAwsOptions account, CancellationToken cancellation)
    {
        var seed = new AmazonSecurityTokenServiceConfig();
        if (account.Profile.Length > 0) seed.Profile = new Profile(account.Profile);
        var own = settings.Credentials ?? DefaultAWSCredentialsIdentityResolver.GetCredentials(seed);
        if (account.RoleArn.Length == 0) return own;
        // Anew for each look: it is minutes to the next one, and nothing has to be kept.
        using var sts = new AmazonSecurityTokenServiceClient(own, Config(seed, account, account.StsEndpoint));
        var assumed = await sts.AssumeRoleAsync(new AssumeRoleRequest { RoleArn = account.RoleArn, RoleSessionName = "wayward", ExternalId = account.ExternalId.Length > 0 ? account.ExternalId : null }, cancellation);
        return assumed.Credentials;
    }

    private T Config<T>(T config, InventoryAwsOptions account, string endpoint) where T : ClientConfig
    {
        if (endpoint.Length > 0) (config.ServiceURL, config.AuthenticationRegion) = (endpoint, account.Region);
        else config.RegionEndpoint = RegionEndpoint.GetBySystemName(account.Region);
        config.RetryMode = settings.RetryMode;
        config.MaxErrorRetry = settings.MaxErrorRetry;
        config.Timeout = settings.Timeout;
        return config;
    }

    private static InventoryItem ItemOf(Instance instance, string? owner, string region)
    {
        var attributes = new Dictionary<InstanceAttribute, string>();
        Put(attributes, InstanceAttribute.Account, owner);
        Put(attributes, InstanceAttribute.Region, region);
        Put(attributes, InstanceAttribute.Vpc, instance.VpcId);
        Put(attributes, InstanceAttribute.Subnet, instance.SubnetId);
        Put(attributes, InstanceAttribute.Image, instance.ImageId);
        foreach (var tag in instance.Tags ?? [])
        {
            if (InventoryFile.AttributeOfTag(tag.Key) is { } attribute) Put(attributes, attribute, tag.Value);
        }
        return new InventoryItem { InstanceId = instance.InstanceId, From = Seconds(instance.LaunchTime), Attributes = attributes };
    }

    private static InventoryItem ItemOf(NetworkInterface eni, string region)
    {
        var attributes = new Dictionary<InstanceAttribute, string>();
        Put(attributes, InstanceAttribute.Account, eni.OwnerId);
        Put(attributes, InstanceAttribute.Region, region);
        Put(attributes, InstanceAttribute.Vpc, eni.VpcId);
        Put(attributes, InstanceAttribute.Subnet, eni.SubnetId);
        var addresses = (eni.PrivateIpAddresses ?? []).Select(a => a.PrivateIpAddress).Concat((eni.Ipv6Addresses ?? []).Select(a => a.Ipv6Address));
        return new InventoryItem
        {
            InterfaceId = eni.NetworkInterfaceId, InstanceId = string.IsNullOrEmpty(eni.Attachment?.InstanceId) ? null : eni.Attachment.InstanceId, From = Seconds(eni.Attachment?.AttachTime), Attributes = attributes,
            Addresses = [.. addresses.Select(a => IpAddress.TryParse(a ?? "", out var address) ? address : default).Where(a => !a.IsNone)],
        };
    }

    private static long? Seconds(DateTime? time) => time is { } t ? new DateTimeOffset(t.ToUniversalTime()).ToUnixTimeSeconds() : null;

    private static void Put(Dictionary<InstanceAttribute, string> attributes, InstanceAttribute attribute, string? value)
    {
        if (!string.IsNullOrEmpty(value) && value.Length <= 512) attributes[attribute] = value;
    }

    private static string Advice(string code) => code switch
    {
        "ExpiredToken" or "ExpiredTokenException" or "RequestExpired" => "The credentials have expired; renew them.",
        "AuthFailure" or "InvalidClientTokenId" or "SignatureDoesNotMatch" or "UnrecognizedClientException" => "The credentials are wrong.",
        "RequestLimitExceeded" or "Throttling" => "It is tried again later.",
        _ => "Check the policy: ec2:DescribeInstances and ec2:DescribeNetworkInterfaces, for another account sts:AssumeRole and the role's trust.",
    };
}
