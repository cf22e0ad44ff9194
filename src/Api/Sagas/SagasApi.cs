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
            .WithSummary("List what is under way")
            .WithDescription(
                "Orders, payments, returns and carts of all stores that the journal is to wake, by kind and id: whatever is owed, and exchanges that wait for "
                + "their new order. `state` is a state of the kind's own view; `olderThan`, an ISO 8601 duration such as `PT5M`, leaves those that have "
                + "not come on for so long. With `owes=true` only what somebody has to look at: it owes something, and its last three attempts had no answer "
                + "or it has not come on for five minutes. Waiting exchanges and open carts owe nothing. A page may hold fewer than asked for, or none, with more behind it.");
        sagas.MapGet("/{kind}/{id}", Get).WithName("getSaga").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Inspect a saga")
            .WithDescription("Its steps, what it owes, and how the last attempts went: these are counted since the saga was last loaded.")
            .Refuses(SagaKind.Unknowns);
        sagas.MapPost("/{kind}/{id}/retry", Retry).WithName("retrySaga").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Try now what is owed")
            .WithDescription("Ends the pause before the next attempt. Journaled with who asked. 409 when nothing is owed.")
            .RefusesAs<ISagaGrain>(nameof(ISagaGrain.Retry))
            .Refuses(SagaKind.Unknowns);
        sagas.MapPost("/{kind}/{id}/cancel", Cancel).WithName("cancelSaga").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Give up an order")
            .WithDescription("As `POST /orders/{id}/cancel`, in any store. What has begun as a payment, a return or a checkout comes to its end by itself: 409.")
            .RefusesAs<IOrderGrain>(nameof(IOrderGrain.Cancel))
            .Refuses(SagaKind.Unknowns);
        sagas.MapPost("/{kind}/{id}/close-refund", CloseRefund).WithName("closeRefund").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Close a refund that cannot succeed")
            .WithDescription(
                "Of a payment: for a refund or an undo that the payment provider does not carry out any more: it does not know the charge, or it declines. The provider is asked "
                + "once more; 409 unless money is owed back and its answer rules the refund out. From then on nothing is owed: the payment, and its return or order, say "
                + "what stays `unpaid`. Journaled as `payment.refund-closed` with who closed it and why. `refund` is a return's id or `undo`; without it the one owed next.")
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
