using Wayward.Storage;
using Wayward.Storage.Findings;
using Wayward.Storage.Instances;
using Wayward.Engine.Inventories;

namespace Wayward.Web.Hosting;

/// <summary>Answers 404 with the page of a finding or an instance that does not exist; the page itself says so to a person.</summary>
internal static class UnknownPages
{
    public static IApplicationBuilder UseUnknownPages(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        if (HttpMethods.IsGet(context.Request.Method) && await IsUnknownAsync(context))
        {
            // Set when the answer starts: a status that is set earlier would bring the general page in place of this one.
            context.Response.OnStarting(static state =>
            {
                var response = (HttpResponse)state;
                if (response.StatusCode == StatusCodes.Status200OK) response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }, context.Response);
        }
        await next(context);
    });

    private static async Task<bool> IsUnknownAsync(HttpContext context)
    {
        string[] parts = (context.Request.Path.Value ?? "").Split('/');
        if (parts is not ["", var what, { Length: > 0 } id]) return false;
        try
        {
            var services = context.RequestServices;
            return what.ToLowerInvariant() switch
            {
                "findings" => await services.GetRequiredService<IFindingStore>().FindAsync(id, context.RequestAborted) is null,
                // The row answers for nearly every page; only an instance that the inventory alone names takes a look at its history.
                "instances" => !await services.GetRequiredService<IInstanceStore>().ExistsAsync(id, context.RequestAborted)
                    && await services.GetRequiredService<IHistoryReader>().FindAsync(new(id), context.RequestAborted) is null,
                _ => false,
            };
        }
        catch (StorageUnavailableException)
        {
            // The page says so; nothing is known about the id.
            return false;
        }
    }
}
