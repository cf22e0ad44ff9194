using Orleans;
using Orleans.Concurrency;
using Pos.Journal;

namespace Pos.Grains;

/// <summary>The shell of <see cref="Return"/> and <see cref="ReturnSaga"/>. Reentrant: the saga goes on while callers wait for its end.</summary>
[Reentrant, GrainType("return")]
public sealed partial class ReturnGrain(GrainServices services)
    : SagaGrain<ReturnProgress, ReturnEvent, ReturnDebt, ReturnFact>(ReturnJournal.Aggregate, services), IReturnGrain
{
    private ReturnId _id;

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> Place(PlaceReturn command)
    {
        if (Decided.Accepted is null && Return.Refuse(command, Now) is { } malformed)
        {
            return await Stands(malformed, Begun) ? malformed : await Place(command);
        }

        var (store, products) = Decided.Accepted is null ? await Shop.Look(GrainFactory, command.Store, command.Lines) : Shop.NotLookedAt;
        var now = Now;
        var recording = Record(
            Return.Decide(Decided, new ReturnCommand.Place(command, store, products, now)),
            Envelope.Of(command.Operation with { Correlation = Key }, command.Store, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now));
        if (await Durably(recording) is { } refused)
        {
            return await Stands(refused, Begun) ? refused : await Place(command);
        }

        await GoOn(command.Operation, static state => state.HasEnded, command.WaitMax);
        return View()!;
    }

    /// <inheritdoc/>
    public Task<ReturnView?> Get()
    {
        Refresh();
        return Task.FromResult(View());
    }

    /// <inheritdoc/>
    protected override ReturnDebt Owed(ReturnProgress state) => ReturnSaga.Owed(state);

    /// <inheritdoc/>
    protected override Decision<ReturnEvent> Decide(ReturnProgress state, ReturnFact fact) => ReturnSaga.Decide(state, fact);

    /// <inheritdoc/>
    protected override DateTimeOffset OwedSince(ReturnProgress state) => state.Accepted!.PlacedAt;

    /// <inheritdoc/>
    protected override bool IsOver(ReturnProgress state) => state.HasEnded;

    /// <inheritdoc/>
    protected override string NameOf(ReturnProgress state) => state.State!.Value.ToString();

    /// <inheritdoc/>
    protected override EventContext Context(ReturnDebt debt)
    {
        var accepted = Durable.Accepted!;
        return Envelope.OfSaga(Saga, debt.ToString(), accepted.Store, accepted.Till, accepted.OccurredAt, TraceParent);
    }

    /// <inheritdoc/>
    protected override void OnOpened()
    {
        _id = ReturnId.Parse(Key, null);
        _lines = new(Saga, Services.Logger);
    }

    private static bool Begun(ReturnProgress state) => state.Accepted is not null;

    private ReturnView? View() => ReturnViewing.View(_id, Durable, DurableVersion);
}
