using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Pos.Journal;
using Pos.Reports.Folding;
using Pos.Streams;

namespace Pos.Reports.Consuming;

/// <summary>
/// One report of one store: takes the store's events from its stream, and stores first the pages that have changed and then the position.
/// </summary>
/// <remarks>A subclass names its grain type, its storage and its fold.</remarks>
public abstract class ReportConsumer<TOpen, TPage> : JournalConsumer<Kept<TOpen>>, IReportConsumer
    where TOpen : class, new()
    where TPage : class, new()
{
    private readonly WithPages _kept;
    private readonly StoreCalendars _calendars;
    private readonly Func<int, ReportBook<TOpen, TPage>> _bookOf;
    private readonly ReportFold<TOpen, TPage> _fold;
    private readonly IJournal _journal;
    private readonly ILogger _logger;
    private ReportRebuild? _rebuild;

    private const int EventsPerSave = 5_000;

    /// <param name="kept">The position, and what is open.</param>
    /// <param name="services">The silo's.</param>
    /// <param name="context">The grain's.</param>
    /// <param name="report">Name of the report. It stands in the storage and never changes.</param>
    /// <param name="fold">What events do.</param>
    /// <param name="cachedMax">Pages kept in memory.</param>
    protected ReportConsumer(
        IPersistentState<Consumed<Kept<TOpen>>> kept, IServiceProvider services, IGrainContext context, string report, ReportFold<TOpen, TPage> fold, int cachedMax)
        : this(new WithPages(kept), services, context.GrainId.Key.ToString()!, report, fold, cachedMax)
    {
    }

    private ReportConsumer(WithPages kept, IServiceProvider services, string key, string report, ReportFold<TOpen, TPage> fold, int cachedMax)
        : base(kept, services)
    {
        var storage = services.GetRequiredKeyedService<IGrainStorage>(ReportStorage.Name);
        (_kept, _fold, _journal) = (kept, fold, services.GetRequiredService<IJournal>());
        _logger = services.GetRequiredService<ILogger<ReportConsumer<TOpen, TPage>>>();
        _calendars = new(_journal, key);
        _bookOf = kept.BookOf = version => new(fold, new StoredPages<TPage>(storage, report, version, key), cachedMax);
    }

    /// <inheritdoc/>
    public Task CatchUp(long upTo) => CatchUpTo(upTo);

    /// <inheritdoc/>
    public Task Rebuild()
    {
        if (_rebuild is not { IsUnderWay: true })
        {
            _rebuild = new(true, 0, Math.Max(1, Position), [], null);
            RunRebuild().Ignore();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ReportRebuild?> LastRebuild() => Task.FromResult(_rebuild);

    /// <summary>The report as it stands.</summary>
    /// <param name="isAsked">Tells the pages that are asked for by their keys.</param>
    protected async Task<ReportState<TOpen, TPage>> Look(Func<string, bool> isAsked)
    {
        await WaitUntilWhole();
        return new(State.Version, Position, State.RecordedAt, State.Open, _kept.Book.Look(isAsked), await Progress());
    }

    /// <inheritdoc/>
    protected override async ValueTask Take(Kept<TOpen> state, RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(state);
        await _kept.Book.Take(state.Open, recorded, await _calendars.At(recorded.Position));
        state.RecordedAt = recorded.RecordedAt;
    }

    /// <inheritdoc/>
    protected override bool IsAtFault(Exception error) => error is not ReportStorageException;

    private async Task RunRebuild()
    {
        try
        {
            var version = 0;
            await Change(() =>
            {
                version = ++State.Begun;
                return Task.CompletedTask;
            });
            var rebuilt = new Rebuilt(_bookOf(version), new StoreCalendars(_journal, Store));
            // Most of it beside the live report; what comes meanwhile, and the change, between two batches.
            await Fold(rebuilt, Position);
            var (old, oldOpen) = (_kept.Book, State.Open);
            await Change(async () =>
            {
                await Fold(rebuilt, Position);
                (old, oldOpen) = (_bookOf(State.Version), State.Open);
                var differences = await ReportDifferences.Of(_fold, oldOpen, _kept.Book, rebuilt.Open, rebuilt.Book);
                (State.Version, State.Open, State.RecordedAt, _kept.Book) = (version, rebuilt.Open, rebuilt.RecordedAt, rebuilt.Book);
                _rebuild = _rebuild! with { Position = Position, UpTo = Math.Max(1, Position), Differences = differences };
            });
            _rebuild = _rebuild! with { IsUnderWay = false };
            await Clear(old, oldOpen);
        }
        catch (Exception failed)
        {
            _rebuild = _rebuild! with { IsUnderWay = false, Error = $"{failed.GetType().Name}: {failed.Message}" };
            ReportLog.RebuildFailed(_logger, GetType().Name, Store, failed);
        }
    }

    private async Task Clear(ReportBook<TOpen, TPage> old, TOpen open)
    {
        try
        {
            foreach (var page in _fold.PagesOf(open))
            {
                await old.Clear(page);
            }
        }
        catch (Exception failed)
        {
            // They take room and do no harm: no version has this number again.
            ReportLog.OldPagesLeft(_logger, GetType().Name, Store, failed);
        }
    }

    private async Task Fold(Rebuilt rebuilt, long upTo)
    {
        var unsaved = 0;
        while (rebuilt.Position < upTo)
        {
            var page = await ReadPast(rebuilt.Position);
            foreach (var recorded in page.Events.TakeWhile(recorded => recorded.Position <= upTo))
            {
                await rebuilt.Book.Take(rebuilt.Open, recorded, await rebuilt.Calendars.At(recorded.Position));
                rebuilt.RecordedAt = recorded.RecordedAt;
                unsaved++;
            }

            rebuilt.Position = Math.Min(page.UpTo, upTo);
            if (unsaved >= EventsPerSave)
            {
                await rebuilt.Book.Save();
                unsaved = 0;
            }

            _rebuild = _rebuild! with { Position = rebuilt.Position, UpTo = Math.Max(upTo, 1) };
            // Batches and questions take their turns.
            await Task.Yield();
        }

        await rebuilt.Book.Save();
    }

    private sealed class Rebuilt(ReportBook<TOpen, TPage> book, StoreCalendars calendars)
    {
        public ReportBook<TOpen, TPage> Book => book;

        public StoreCalendars Calendars => calendars;

        public TOpen Open { get; } = new();

        public long Position { get; set; }

        public DateTimeOffset RecordedAt { get; set; }
    }

    /// <summary>Stores the pages before the position, and forgets them when the position is read anew.</summary>
    private sealed class WithPages(IPersistentState<Consumed<Kept<TOpen>>> kept) : IPersistentState<Consumed<Kept<TOpen>>>
    {
        private ReportBook<TOpen, TPage>? _book;

        public Func<int, ReportBook<TOpen, TPage>> BookOf { get; set; } = null!;

        public ReportBook<TOpen, TPage> Book { get => _book ??= BookOf(kept.State.State.Version); set => _book = value; }

        public Consumed<Kept<TOpen>> State
        {
            get => kept.State;
            set
            {
                // The report begins anew. Pages of its own: those that are there may be ahead of it.
                value.State.Begun = value.State.Version = kept.State.State.Begun + 1;
                (_book, kept.State) = (null, value);
            }
        }

        public string? Etag => kept.Etag;

        public bool RecordExists => kept.RecordExists;

        public Task ClearStateAsync() => kept.ClearStateAsync();

        public async Task WriteStateAsync()
        {
            await Book.Save();
            await kept.WriteStateAsync();
        }

        public Task ReadStateAsync()
        {
            _book = null;
            return kept.ReadStateAsync();
        }
    }
}

internal static partial class ReportLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The rebuild of {Report} of store '{Store}' failed. The live report goes on.")]
    public static partial void RebuildFailed(ILogger logger, string report, string store, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pages of {Report} of store '{Store}' from before its rebuild could not all be removed.")]
    public static partial void OldPagesLeft(ILogger logger, string report, string store, Exception exception);
}

/// <summary>Where the reports are stored.</summary>
public static class ReportStorage
{
    /// <summary>Name of the grain storage.</summary>
    public const string Name = "reports";
}
