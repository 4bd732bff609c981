using Microsoft.AspNetCore.Components;
using MudBlazor;
using Wayward.Engine.Notifications;
using Wayward.Storage;
using Wayward.Storage.Access;
using Wayward.Web.Access;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.People;

/// <summary>Who has signed in, for an admin.</summary>
public partial class PeoplePage
{
    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private PeopleService Service { get; set; } = default!;
    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    private IReadOnlyList<UserRow> Rows { get; set; } = [];

    /// <summary>Nothing announces a sign-in; the page reads when it is opened and after each change.</summary>
    protected override ChangeKinds Watches => default;

    protected override async Task ReadAsync(CancellationToken cancellation) => Rows = await Service.ReadAsync(cancellation);

    private async Task ChangeAsync(UserRow row)
    {
        bool disable = row.DisabledAt is null;
        try
        {
            bool done = await Service.SetDisabledAsync(row.Id, disable);
            Snackbar.Add(!done ? "Somebody else did that already." : disable ? $"Took all access from {row.Name}." : $"Gave access back to {row.Name}.", MudBlazor.Severity.Normal);
        }
        catch (Exception exception) when (exception is InvalidOperationException or AccessDeniedException or StorageUnavailableException)
        {
            Snackbar.Add(exception.Message, MudBlazor.Severity.Error);
        }
        await ReloadAsync();
    }
}
