using Orleans;
using Orleans.Concurrency;

namespace Pos.Grains;

/// <summary>The shell of <see cref="Return"/> and <see cref="ReturnSaga"/>. Reentrant: the saga goes on while callers wait for its end.</summary>
[Reentrant, GrainType("return")]
public sealed partial class ReturnGrain(GrainServices services)
    : EventSourcedGrain<ReturnProgress, ReturnEvent>(ReturnJournal.Aggregate, services), IReturnGrain
{
    private ReturnId _id;
    private string _saga = "";

    // Of the request that began it. A return that a wake-up resumes in another activation has no request to belong to.
    private string _traceParent = "";
    private SagaLoop _loop = null!;
    private LineEffects _effects = null!;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _id = ReturnId.Parse(Key, null);
        _saga = $"return:{Key}";
        _effects = new(_saga, Services.Logger);
        _loop = new(_saga, Step, DelayDeactivation, Services);
        GoOn();
    }

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> Place(PlaceReturn command)
    {
        if (Decided.Accepted is null && Return.Refuse(command, Now) is { } malformed)
        {
            return await Refused(command, malformed);
        }

        var (store, products) = Decided.Accepted is null ? await Shop.Look(GrainFactory, command.Store, command.Lines) : Shop.NotLookedAt;
        var now = Now;
        var recording = Record(
            Return.Decide(Decided, new ReturnCommand.Place(command, store, products, now)),
            Envelope.Of(command.Operation with { Correlation = Key }, command.Store, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now));
        if (await Durably(recording) is { } refused)
        {
            return await Refused(command, refused);
        }

        _traceParent = _traceParent.Length == 0 ? command.Operation.TraceParent : _traceParent;
        GoOn();
        if (!Durable.HasEnded)
        {
            await _loop.Ended(command.WaitMax);
        }

        return View()!;
    }

    /// <inheritdoc/>
    public Task<ReturnView?> Get()
    {
        Refresh();
        return Task.FromResult(View());
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken)
    {
        Refresh();
        GoOn();
        await RequireNewest(cancellationToken);
        return WakeNext(ReturnSaga.Owed(Durable) == ReturnDebt.Nothing ? null : Now + Services.Options.SagaWakeUp);
    }

    /// <inheritdoc/>
    protected override DateTimeOffset? NextWakeUp(ReturnProgress state) =>
        ReturnSaga.Owed(state) == ReturnDebt.Nothing ? null : state.Accepted!.PlacedAt + Services.Options.SagaWakeUp;

    /// <inheritdoc/>
    protected override void OnDurable()
    {
        if (Durable.HasEnded)
        {
            _loop.OnEnded();
        }

        // Hardly anybody asks again, and a day's orders in memory are a day's growth: whoever does ask reads the stream.
        if (Durable.HasEnded)
        {
            Services.Instruments.OnSagaEnded(ReturnJournal.Category, Durable.State!.Value.ToString());
            DeactivateOnIdle();
        }
    }

    /// <inheritdoc/>
    protected override void OnClosed() => _loop.Stop();

    // Whatever would be refused now, a repetition of what has been accepted is accepted: so nothing is refused before it is known that
    // nothing is placed, neither by another request in the meantime nor by an activation that has overtaken this one.
    private async Task<Outcome<ReturnView>> Refused(PlaceReturn command, Rejection refusal)
    {
        if (refusal.Code is RejectionCode.OperationReused or RejectionCode.JournalFull)
        {
            return refusal;
        }

        if (Decided.Accepted is null)
        {
            await RequireNewest(CancellationToken.None);
        }

        return Decided.Accepted is null ? refusal : await Place(command);
    }

    private void GoOn()
    {
        if (ReturnSaga.Owed(Durable) != ReturnDebt.Nothing)
        {
            _loop.Start();
        }
    }

    private ReturnView? View() => ReturnViewing.View(_id, Durable, DurableVersion);
}
