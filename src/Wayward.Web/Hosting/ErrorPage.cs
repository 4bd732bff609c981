using System.Diagnostics;

namespace Wayward.Web.Hosting;

/// <summary>What a request gets when the program fails: a sentence and a number to find the log line by, never the exception.</summary>
internal static class ErrorPage
{
    public static void Handle(IApplicationBuilder app) => app.Run(static context =>
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        string id = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        return context.Response.WriteAsync($"Something went wrong here, and it is not your doing. The log has the details under {id}.\n", context.RequestAborted);
    });
}
