using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>
/// The query APIs of EC2 and STS on one loopback port: DescribeInstances and DescribeNetworkInterfaces in pages of two, and AssumeRole. Whose account is asked is told by the access key that signed,
/// as AWS does it.
/// </summary>
public sealed partial class FakeEc2 : IAsyncDisposable
{
    private const int PageSize = 2;
    private readonly WebApplication _app;

    private FakeEc2(WebApplication app) => _app = app;

    public sealed record Eni(string Id, string? Instance, DateTimeOffset Attached, string Address);
    public sealed record Machine(string Id, DateTimeOffset Launched, string? Asg, string? Name);

    public string Url { get; private set; } = "";
    /// <summary>By account; an assumed role's account is the one in its ARN, the caller's own is "own".</summary>
    public ConcurrentDictionary<string, (IReadOnlyList<Machine> Machines, IReadOnlyList<Eni> Enis)> Accounts { get; } = new(StringComparer.Ordinal);
    public ConcurrentQueue<string> Calls { get; } = new();
    /// <summary>The error code for an action; null = it works.</summary>
    public Func<string, string?>? Fault { get; set; }

    public static async Task<FakeEc2> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var fake = new FakeEc2(app);
        app.Run(fake.HandleAsync);
        await app.StartAsync();
        fake.Url = app.Urls.First();
        return fake;
    }

    private async Task HandleAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        string action = form["Action"].ToString();
        string key = AccessKey().Match(context.Request.Headers.Authorization.ToString()).Groups[1].Value;
        string account = key.StartsWith("ROLE", StringComparison.Ordinal) ? key[4..] : "own";
        Calls.Enqueue($"{action} {account}");
        context.Response.ContentType = "text/xml";
        if (Fault?.Invoke(action) is { } code)
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsync(action == "AssumeRole"
                ? new XElement("ErrorResponse", new XElement("Error", new XElement("Type", "Sender"), new XElement("Code", code), new XElement("Message", "planted"))).ToString()
                : new XElement("Response", new XElement("Errors", new XElement("Error", new XElement("Code", code), new XElement("Message", "planted"))), new XElement("RequestID", "r")).ToString(), context.RequestAborted);
            return;
        }
        var (machines, enis) = Accounts.GetValueOrDefault(account, ([], []));
        int from = int.TryParse(form["NextToken"], NumberStyles.Integer, CultureInfo.InvariantCulture, out int token) ? token : 0;
        XElement answer = action switch
        {
            "AssumeRole" => Assume(form["RoleArn"].ToString(), form["ExternalId"].ToString()),
            "DescribeInstances" => Page("DescribeInstancesResponse", "reservationSet", machines, from, m => Instance(m, account)),
            "DescribeNetworkInterfaces" => Page("DescribeNetworkInterfacesResponse", "networkInterfaceSet", enis, from, e => Interface(e, account)),
            _ => throw new InvalidOperationException(action),
        };
        await context.Response.WriteAsync(answer.ToString(), context.RequestAborted);
    }

    private XElement Assume(string role, string externalId)
    {
        Calls.Enqueue($"assumed {role} {externalId}".TrimEnd());
        XNamespace ns = "https://sts.amazonaws.com/doc/2011-06-15/";
        return new(ns + "AssumeRoleResponse", new XElement(ns + "AssumeRoleResult",
            new XElement(ns + "Credentials", new XElement(ns + "AccessKeyId", "ROLE" + role.Split(':')[4]), new XElement(ns + "SecretAccessKey", "secret"), new XElement(ns + "SessionToken", "session"),
                new XElement(ns + "Expiration", DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))),
            new XElement(ns + "AssumedRoleUser", new XElement(ns + "AssumedRoleId", "A:wayward"), new XElement(ns + "Arn", role))), new XElement(ns + "ResponseMetadata", new XElement(ns + "RequestId", "r")));
    }

    private static XElement Page<T>(string name, string set, IReadOnlyList<T> all, int from, Func<T, XElement> one)
    {
        XNamespace ns = "http://ec2.amazonaws.com/doc/2016-11-15/";
        var answer = new XElement(ns + name, new XElement(ns + "requestId", "r"), new XElement(ns + set, all.Skip(from).Take(PageSize).Select(one)));
        if (from + PageSize < all.Count) answer.Add(new XElement(ns + "nextToken", from + PageSize));
        foreach (var element in answer.DescendantsAndSelf()) element.Name = ns + element.Name.LocalName;
        return answer;
    }

    private static XElement Instance(Machine machine, string account)
    {
        var tags = new XElement("tagSet");
        if (machine.Asg is { } asg) tags.Add(Tag("aws:autoscaling:groupName", asg));
        if (machine.Name is { } name) tags.Add(Tag("Name", name));
        return new("item", new XElement("reservationId", "r-1"), new XElement("ownerId", account), new XElement("instancesSet", new XElement("item",
            new XElement("instanceId", machine.Id), new XElement("imageId", "ami-1"), new XElement("launchTime", Text(machine.Launched)), new XElement("vpcId", "vpc-1"), new XElement("subnetId", "subnet-1"), tags)));

        static XElement Tag(string key, string value) => new("item", new XElement("key", key), new XElement("value", value));
    }

    private static XElement Interface(Eni eni, string account)
    {
        var item = new XElement("item", new XElement("networkInterfaceId", eni.Id), new XElement("ownerId", account), new XElement("vpcId", "vpc-1"), new XElement("subnetId", "subnet-1"),
            new XElement("privateIpAddressesSet", new XElement("item", new XElement("privateIpAddress", eni.Address))));
        if (eni.Instance is { } instance) item.Add(new XElement("attachment", new XElement("instanceId", instance), new XElement("attachTime", Text(eni.Attached))));
        return item;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex("Credential=([^/]+)/")]
    private static partial Regex AccessKey();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
