using System.Collections.Immutable;
using Orleans;
using Pos.Api.Carts;

namespace Pos.Api.Sagas;

/// <summary>A kind of saga.</summary>
/// <param name="Name">The name in addresses and views.</param>
/// <param name="IsId">Whether a text can be an id of this kind.</param>
/// <param name="Grain">The grain of an id.</param>
/// <param name="None">The refusal of a saga that does not exist.</param>
/// <param name="States">The states of this kind, as its view names them.</param>
/// <param name="OwingOnly">Whether a saga of this kind is listed only while it owes something.</param>
internal sealed record SagaKind(
    string Name, Func<string, bool> IsId, Func<IGrainFactory, string, ISagaGrain> Grain, RejectionCode None, IReadOnlyList<string> States, bool OwingOnly = false)
{
    public static readonly SagaKind Order = new(
        "order", static id => OrderId.TryParse(id, null, out _), static (grains, id) => grains.GetGrain<IOrderGrain>(id), RejectionCode.UnknownOrder, EnumNames.All<OrderStatus>());

    public static readonly SagaKind Payment = new(
        "payment", static id => PaymentId.TryParse(id, null, out _), static (grains, id) => grains.GetGrain<IPaymentGrain>(id), RejectionCode.UnknownPayment, EnumNames.All<PaymentStatus>());

    public static readonly SagaKind Return = new(
        "return", static id => ReturnId.TryParse(id, null, out _), static (grains, id) => grains.GetGrain<IReturnGrain>(id), RejectionCode.UnknownReturn, EnumNames.All<ReturnStatus>());

    // Every open cart has a wake-up for its expiry, and owes nothing.
    public static readonly SagaKind Cart = new(
        "cart", static id => CartId.TryParse(id, null, out _), static (grains, id) => grains.GetGrain<ICartGrain>(id), RejectionCode.UnknownCart, EnumNames.All<CartStatus>(), OwingOnly: true);

    /// <summary>In the order in which they are listed.</summary>
    public static ImmutableArray<SagaKind> All { get; } = [Order, Payment, Return, Cart];

    /// <summary>The refusals of sagas that do not exist, one for each kind.</summary>
    public static RejectionCode[] Unknowns => [.. All.Select(static kind => kind.None)];

    /// <exception cref="RefusedRequestException">There is no such kind.</exception>
    public static SagaKind Of(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'kind' is order, payment, return or cart.");

    public Refusal Unknown(string id) => new(None, $"There is no {Name} {id}.");

    /// <summary>The state of a saga; null when there is none.</summary>
    public async Task<SagaView?> Inspect(IGrainFactory grains, string id, CancellationToken cancelled) =>
        IsId(id) ? await Grain(grains, id).Inspect(cancelled) : null;
}
