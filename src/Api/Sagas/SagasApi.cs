using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;
using Pos.Api.Orders;

namespace Pos.Api.Sagas;

/// <summary><c>/sagas</c>: orders, payments, returns and carts that still owe something, for operators.</summary>
internal static class SagasApi
{
    public static void MapSagas(this IEndpointRouteBuilder api)
    {
        var sagas = api.MapGroup("/sagas").WithTags("Sagas");
        sagas.MapGet("/", List).WithName("listSagas").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("List open sagas")
            .WithDescription(
                "The orders, payments, returns and carts of all stores that have a wake-up in the journal, by kind and id: they owe something, or wait, as an "
                + "exchange waits for its new order. `state` is a state of the kind's own view. `olderThan`, an ISO 8601 duration such as `PT5M`, keeps the sagas "
                + "without progress for that long. `owes=true` keeps the sagas that an operator has to look at: they owe something, and their last three attempts "
                + "had no answer, or they made no progress for five minutes. A page may have fewer entries than asked for, or none, while `hasMore` is true.");
        sagas.MapGet("/{kind}/{id}", Get).WithName("getSaga").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Inspect a saga")
            .WithDescription("The steps of the saga, its open debt, and its last attempts. Attempts are counted since the saga was last loaded.")
            .Refuses(SagaKind.Unknowns);
        sagas.MapPost("/{kind}/{id}/retry", Retry).WithName("retrySaga").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Retry a saga now")
            .WithDescription("Ends the pause before the next attempt. The journal records the key that asked. 409 when the saga owes nothing.")
            .RefusesAs<ISagaGrain>(nameof(ISagaGrain.Retry))
            .Refuses(SagaKind.Unknowns);
        sagas.MapPost("/{kind}/{id}/cancel", Cancel).WithName("cancelSaga").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Cancel the order of a saga")
            .WithDescription("Does what `POST /orders/{id}/cancel` does, in any store. Payments, returns and carts cannot be cancelled here: 409.")
            .RefusesAs<IOrderGrain>(nameof(IOrderGrain.Cancel))
            .Refuses(SagaKind.Unknowns);
        sagas.MapPost("/{kind}/{id}/close-refund", CloseRefund).WithName("closeRefund").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Close a refund that cannot succeed")
            .WithDescription(
                "Closes a refund or an undo of a payment that the payment provider will not carry out, because the provider does not know the charge or declines the "
                + "refund. The payment asks the provider once more; 409 unless money is owed back and the provider's answer rules the refund out. Afterwards nothing is "
                + "owed, and the payment and its return or order show the amount that stays `unpaid`. The journal records `payment.refund-closed` with the operator and "
                + "the reason. `refund` is a return's id or `undo`; without `refund`, the refund that is owed next is closed.")
            .RefusesAs<IPaymentGrain>(nameof(IPaymentGrain.CloseRefund))
            .Refuses(SagaKind.Unknowns);
    }

    private static async Task<Ok<Page<SagaView>>> List(
        string? kind, string? state, string? olderThan, string? owes, string? limit, string? cursor, HttpResponse response, IGrainFactory grains, TimeProvider clock,
        CancellationToken cancelled)
    {
        var query = SagaQuery.Of(response, kind, state, olderThan, owes, limit, cursor);
        return TypedResults.Ok(await query.Run(grains, clock.GetUtcNow(), cancelled).Within(response));
    }

    private static async Task<Results<Ok<SagaView>, Refusal>> Get(
        string kind, string id, HttpResponse response, IGrainFactory grains, CancellationToken cancelled)
    {
        var known = SagaKind.Of(kind);
        var saga = await known.Inspect(grains, id, cancelled).Within(response);
        return response.OkOr(saga, known.Unknown(id));
    }

    private static async Task<Results<Ok<SagaView>, Refusal>> Retry(
        string kind, string id, Command command, HttpResponse response, IGrainFactory grains, CancellationToken cancelled)
    {
        var known = SagaKind.Of(kind);
        return await known.Inspect(grains, id, cancelled).Within(response) is null
            ? known.Unknown(id)
            : await known.Grain(grains, id).Retry(command.Operation("", id, "POST retry")).ToOk(response);
    }

    private static Task<Results<Ok<SagaView>, Refusal>> Cancel(
        string kind, string id, Command<CancelOrderRequest> command, HttpResponse response, IGrainFactory grains, CancellationToken cancelled) =>
        Change(
            SagaKind.Order, SagaKind.Of(kind), id, "comes to its end by itself; only an order can be given up",
            () => grains.GetGrain<IOrderGrain>(id).Cancel(new CancelOrder(command.Operation("", id, "POST cancel"), command.Body.Reason)),
            response, grains, cancelled);

    private static Task<Results<Ok<SagaView>, Refusal>> CloseRefund(
        string kind, string id, Command<CloseRefundRequest> command, HttpResponse response, IGrainFactory grains, CancellationToken cancelled) =>
        Change(
            SagaKind.Payment, SagaKind.Of(kind), id, "refunds nothing by itself: its payments do",
            () => grains.GetGrain<IPaymentGrain>(id).CloseRefund(
                new CloseRefund(command.Operation("", id, "POST close-refund"), command.Body.Reason, command.Body.Refund)),
            response, grains, cancelled);

    /// <summary>Changes a saga of the one kind that can be changed so, and shows how the saga then stands.</summary>
    private static async Task<Results<Ok<SagaView>, Refusal>> Change<TView>(
        SagaKind changeable, SagaKind kind, string id, string whyNot, Func<Task<Outcome<TView>>> change, HttpResponse response,
        IGrainFactory grains, CancellationToken cancelled)
        where TView : class
    {
        if (await kind.Inspect(grains, id, cancelled).Within(response) is null)
        {
            return kind.Unknown(id);
        }

        if (kind != changeable)
        {
            return new Refusal(RejectionCode.IllegalTransition, $"The {kind.Name} {whyNot}.");
        }

        return (await change().Within(response)).Rejection is { } refused
            ? new Refusal(refused)
            : TypedResults.Ok(response.Tagged((await kind.Inspect(grains, id, cancelled).Within(response))!));
    }
}
