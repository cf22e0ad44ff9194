using System.Collections.Immutable;
using Orleans;
using Pos.Api.Carts;

namespace Pos.Api.Sagas;

/// <summary>A kind of what runs by itself.</summary>
/// <param name="Name">As addresses and views say it.</param>
/// <param name="IsId">Whether a text can be the id of one.</param>
/// <param name="Grain">The grain of an id.</param>
/// <param name="None">What is said of one that does not exist.</param>
/// <param name="States">Where one can stand, as its view says it.</param>
/// <param name="OwingOnly">Whether only those are under way that owe something now.</param>
internal sealed record SagaKind(
    string Name, Func<string, bool> IsId, Func<IGrainFactory, string, ISagaGrain> Grain, RejectionCode None, IReadOnlyList<string> States, bool OwingOnly = false)
{
    public static readonly SagaKind Order = new(
        "order", static id => OrderId.TryParse(id, null, out _), static (grains, id) => grains.GetGrain<IOrderGrain>(id), RejectionCode.UnknownOrder, EnumNames.All<OrderStatus>());

    public static readonly SagaKind Payment = new(
        "payment", static id => PaymentId.TryParse(id, null, out _), static (grains, id) => grains.GetGrain<IPaymentGrain>(id), RejectionCode.UnknownPayment, EnumNames.All<PaymentStatus>());

    public static readonly SagaKind Return = new(
        "return", static id => ReturnId.TryParse(id, null, out _), static (grains, id) => grains.GetGrain<IReturnGrain>(id), RejectionCode.UnknownReturn, EnumNames.All<ReturnStatus>());

    // Every cart that somebody still fills has a wake-up, for the day when nobody does.
    public static readonly SagaKind Cart = new(
        "cart", static id => CartId.TryParse(id, null, out _), static (grains, id) => grains.GetGrain<ICartGrain>(id), RejectionCode.UnknownCart, EnumNames.All<CartStatus>(), OwingOnly: true);

    /// <summary>In the order in which they are listed.</summary>
    public static ImmutableArray<SagaKind> All { get; } = [Order, Payment, Return, Cart];

    /// <summary>What is answered of one that does not exist, for each kind.</summary>
    public static RejectionCode[] Unknowns => [.. All.Select(static kind => kind.None)];

    /// <exception cref="RefusedRequestException">There is no such kind.</exception>
    public static SagaKind Of(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'kind' is order, payment, return or cart.");

    public Refusal Unknown(string id) => new(None, $"There is no {Name} {id}.");

    /// <summary>How one stands; null when there is none.</summary>
    public async Task<SagaView?> Inspect(IGrainFactory grains, string id, CancellationToken cancelled) =>
        IsId(id) ? await Grain(grains, id).Inspect(cancelled) : null;
}
