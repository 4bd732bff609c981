using Microsoft.AspNetCore.Components;
using Wayward.Engine.Detection;
using Wayward.Engine.Notifications;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Learned;

/// <summary>What the fleet learned without anything that could evaluate it.</summary>
public partial class LearnedPage
{
    private const int PageSize = 50;
    private LearnedList _list = new([], 0);
    private int _number = 1;

    [Inject] private LearnedService Service { get; set; } = default!;
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    protected override ChangeKinds Watches => ChangeKinds.Contacts;

    protected override async Task ReadAsync(CancellationToken cancellation) => (_list, _number) = await Service.ReadAsync(Page ?? 1, PageSize, cancellation);
}
