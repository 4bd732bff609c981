using Wayward.Web.Commands;

return await CommandLine.RunAsync(args);
