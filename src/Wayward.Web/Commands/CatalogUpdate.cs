using System.CommandLine;
using System.Globalization;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Engine.Resolvers;
using Wayward.Web.Catalog;

namespace Wayward.Web.Commands;

/// <summary>
/// <c>catalog update</c>: fetches the configured feeds once, for operators who run it on a schedule of their own. Without a configured feed nothing is fetched.
/// </summary>
internal static class CatalogUpdate
{
    public static Command Build(CommandContext context)
    {
        var data = new Option<string?>("--data") { Description = "Data folder whose catalogue is updated (default: data).", HelpName = "DIR" };
        var now = new Option<bool>("--now") { Description = "Fetch the feeds whose interval is not over, too." };
        var command = new Command("update", "Fetch the feeds of Catalog:Feeds that are due and add them to the catalogue of a data folder.") { data, now };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed.GetValue(data), parsed.GetValue(now), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string? data, bool all, CancellationToken cancellation)
    {
        var options = CatalogCommand.Options(context, data);
        if (options.Catalog.Feeds.Count == 0)
        {
            context.Out.WriteLine("No feed is configured (Catalog:Feeds): nothing was fetched.");
            return ExitCode.Success;
        }
        var store = CatalogCommand.Store(options);
        using var http = CatalogFetcher.NewClient();
        var fetcher = new CatalogFetcher(http);
        int failed = 0;
        foreach (var feed in options.Catalog.Feeds)
        {
            var due = store.Additions.FirstOrDefault(a => a.Name == feed.Name) is { } last ? last.Modified + feed.Interval : DateTimeOffset.MinValue;
            if (!all && due > DateTimeOffset.UtcNow)
            {
                context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{feed.Name}: not due before {due.UtcDateTime:yyyy-MM-dd HH:mm} UTC"));
                continue;
            }
            try
            {
                string location = feed.Location.Contains("://", StringComparison.Ordinal) ? feed.Location : Path.GetFullPath(feed.Location, context.WorkingDirectory);
                context.Out.WriteLine($"{feed.Name}:");
                CatalogReport.WriteDiff(context.Out, store.Import(feed.Name, CatalogFile.Parse(await fetcher.FetchAsync(location, cancellation), feed.Location)), done: true);
            }
            catch (Exception e) when (e is IOException or CatalogFormatException or UnauthorizedAccessException)
            {
                failed++;
                context.Error.WriteLine($"wayward: feed {feed.Name} was not taken: {SafeText.Plain(e.Message)}");
            }
        }
        context.Out.WriteLine($"Catalogue {store.Current.Version} ({store.Current.Hash})");
        return failed == 0 ? ExitCode.Success : ExitCode.Input;
    }
}
