using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Sources.Aws;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>How a call goes wrong.</summary>
public enum FakeFault { InternalError, SlowDown, Hang, ExpiredToken, AccessDenied, Reset, ShortBody }

/// <param name="Number">1-based, over all calls of the server.</param>
public sealed record FakeCall(int Number, string Service, string Operation, string Target, DateTimeOffset At);

/// <summary>
/// S3 and SQS on one loopback port, in memory, with faults on demand. It reproduces what has hurt other ingesters: pages, form-encoded keys, ten-message batches, visibility that ends,
/// SlowDown, bodies that end early under a full Content-Length, connections that reset.
/// </summary>
public sealed class FakeAws : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private int _calls;

    private FakeAws(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";
    public FakeS3 S3 { get; } = new();
    public FakeSqs Sqs { get; } = new();
    public ConcurrentQueue<FakeCall> Calls { get; } = new();
    /// <summary>Decides per call; null = it works.</summary>
    public Func<FakeCall, FakeFault?>? Fault { get; set; }
    /// <summary>Every answer sends the caller to this address instead.</summary>
    public string? RedirectTo { get; set; }

    public static readonly AwsClientSettings Settings = new()
    {
        Credentials = new BasicAWSCredentials("test", "secret"), RetryMode = RequestRetryMode.Standard, MaxErrorRetry = 0,
        Timeout = TimeSpan.FromSeconds(2), ReadTimeout = TimeSpan.FromSeconds(2),
    };

    public static async Task<FakeAws> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var fake = new FakeAws(app);
        app.Run(fake.HandleAsync);
        await app.StartAsync();
        fake.Url = app.Urls.First();
        return fake;
    }

    private async Task HandleAsync(HttpContext context)
    {
        string? target = context.Request.Headers["X-Amz-Target"];
        bool sqs = target?.StartsWith("AmazonSQS.", StringComparison.Ordinal) == true;
        string operation = sqs ? target!["AmazonSQS.".Length..] : FakeS3.OperationOf(context.Request);
        var call = new FakeCall(Interlocked.Increment(ref _calls), sqs ? "sqs" : "s3", operation, Uri.UnescapeDataString(context.Request.Path), DateTimeOffset.UtcNow);
        Calls.Enqueue(call);
        if (RedirectTo is { } elsewhere)
        {
            context.Response.Headers.Location = elsewhere + context.Request.Path + context.Request.QueryString;
            await FakeS3.ErrorAsync(context, 307, "TemporaryRedirect");
            return;
        }
        var fault = Fault?.Invoke(call);
        if (fault is { } f && f != FakeFault.ShortBody)
        {
            await FailAsync(context, f, sqs);
            return;
        }
        if (sqs) await Sqs.HandleAsync(context, operation);
        else await S3.HandleAsync(context, operation, shortBody: fault == FakeFault.ShortBody);
    }

    private async Task FailAsync(HttpContext context, FakeFault fault, bool sqs)
    {
        switch (fault)
        {
            case FakeFault.Reset:
                context.Abort();
                return;
            case FakeFault.Hang:
                using (var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, context.RequestAborted))
                    await Task.Delay(TimeSpan.FromSeconds(30), either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Abort();
                return;
        }
        var (status, code) = fault switch
        {
            FakeFault.SlowDown => (503, "SlowDown"),
            FakeFault.ExpiredToken => (400, "ExpiredToken"),
            FakeFault.AccessDenied => (403, "AccessDenied"),
            _ => (500, "InternalError"),
        };
        context.Response.StatusCode = status;
        if (sqs)
        {
            context.Response.ContentType = "application/x-amz-json-1.0";
            await context.Response.WriteAsync($"{{\"__type\":\"com.amazonaws.sqs#{code}\",\"message\":\"planted\"}}");
        }
        else await FakeS3.ErrorAsync(context, status, code);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    internal static string Md5(ReadOnlySpan<byte> bytes)
    {
#pragma warning disable CA5351 // The protocol's own checksum, not a protection.
        return Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
    }
}
