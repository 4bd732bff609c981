using Microsoft.AspNetCore.Components;
using Wayward.Engine.Notifications;
using Wayward.Storage;

namespace Wayward.Web.Components.Shared;

/// <summary>
/// A page that reads when its parameters change and again when something it shows has changed. The first read shows a skeleton; later ones keep what is there
/// until the new is ready. While paused, changes are counted and read on resuming. A failed read leaves the old content and says so.
/// </summary>
public abstract partial class LivePage : ComponentBase, IDisposable
{
    private const int MaximumProblem = 500;
    private CancellationTokenSource? _reading;
    private IDisposable? _subscription;
    private bool _disposed;

    [Inject] protected UiState Ui { get; set; } = default!;
    [Inject] protected NavigationManager Navigation { get; set; } = default!;
    [Inject] private IChangeNotifier Changes { get; set; } = default!;
    [Inject] private ILoggerFactory Loggers { get; set; } = default!;

    /// <summary>Nothing has been read yet.</summary>
    protected bool Loading { get; private set; } = true;
    /// <summary>The last read failed: a sentence for the analyst.</summary>
    protected string? Problem { get; private set; }

    /// <summary>Which changes make this page read again.</summary>
    protected abstract ChangeKinds Watches { get; }

    /// <summary>Reads everything the page shows.</summary>
    protected abstract Task ReadAsync(CancellationToken cancellation);

    protected override void OnInitialized()
    {
        Ui.Changed += Redraw;
        Ui.Resumed += Resume;
        _subscription = Changes.Subscribe(OnChangeAsync);
    }

    protected override Task OnParametersSetAsync() => ReloadAsync();

    /// <summary>Reads again; a read that is under way gives up first.</summary>
    protected async Task ReloadAsync()
    {
        if (_reading is { } before) await before.CancelAsync();
        var reading = _reading = new CancellationTokenSource();
        try
        {
            await ReadAsync(reading.Token);
            if (reading.IsCancellationRequested || _disposed) return;
            Problem = null;
            Loading = false;
        }
        catch (OperationCanceledException) when (reading.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // Whatever the store throws, the page must stay and say so; the log has the exception.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (reading.IsCancellationRequested || _disposed) return;
            // A refusal is no fault of the program; the audit log has it.
            if (exception is not Access.AccessDeniedException) LogFailed(Loggers.CreateLogger(GetType()), exception, GetType().Name);
            // The store's own sentence says what is wrong and what to do, and is written to be shown.
            Problem = exception is Access.AccessDeniedException ? exception.Message : exception is StorageUnavailableException unavailable
                ? Core.Text.SafeText.Plain(unavailable.Message, MaximumProblem)
                : "The data could not be read. What is shown may be old; the program's log has the cause.";
        }
        if (!_disposed) StateHasChanged();
    }

    private async Task OnChangeAsync(ChangeKinds kinds)
    {
        if (_disposed || (kinds & Watches) == 0) return;
        await InvokeAsync(() =>
        {
            if (_disposed) return Task.CompletedTask;
            if (!Ui.Paused) return ReloadAsync();
            Ui.Missed();
            return Task.CompletedTask;
        });
    }

    private void Redraw() => _ = InvokeAsync(StateHasChanged);

    private void Resume() => _ = InvokeAsync(ReloadAsync);

    /// <summary>Changes query parameters of this page: the URL is the state.</summary>
    protected void Go(params (string Name, object? Value)[] changes) => Navigation.NavigateTo(Navigation.With(changes));

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _disposed) return;
        _disposed = true;
        Ui.Changed -= Redraw;
        Ui.Resumed -= Resume;
        _subscription?.Dispose();
        _reading?.Cancel();
        _reading?.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Page} could not read its data.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string page);
}
