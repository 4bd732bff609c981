using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Engine.Notifications;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Destinations;

/// <summary>One target: who uses it, in order of adoption; the first is the one to ask about.</summary>
public partial class DestinationPage
{
    private const int Shown = 200;

    [Inject] private DestinationService Service { get; set; } = default!;
    [Parameter] public string Address { get; set; } = "";

    private DestinationView? View { get; set; }

    protected override ChangeKinds Watches => ChangeKinds.Contacts | ChangeKinds.Findings | ChangeKinds.Triage;

    protected override async Task ReadAsync(CancellationToken cancellation) => View = await Service.FindAsync(Address, cancellation);

    /// <summary>The user's timeline around its first contact, with this lane chosen.</summary>
    private string Timeline(DestinationUse use) =>
        Service.TransportOf(View!.Address, use) is { } transport
            ? $"{Links.Instance(use.InstanceId)}?dest={Uri.EscapeDataString(Links.Lane(new Destination(View.Address, transport)))}"
            : Links.Instance(use.InstanceId);
}
