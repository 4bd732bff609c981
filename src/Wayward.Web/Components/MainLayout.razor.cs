using Microsoft.AspNetCore.Components;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components;

/// <summary>The frame of every page.</summary>
public partial class MainLayout
{
    [Inject]
    private HostExposure Exposure { get; set; } = default!;
}
