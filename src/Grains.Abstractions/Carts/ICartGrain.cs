using Orleans;

namespace Pos.Carts;

/// <summary>
/// What a customer is about to buy: lines with the prices shown, which are checked again when the cart becomes an order. A cart that nobody
/// touches for a day is given up. Key: the cart's id.
/// </summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.ICartGrain")]
public interface ICartGrain : ISagaGrain
{
    /// <summary>Opens the cart.</summary>
    [Alias("Open")]
    Task<Outcome<CartView>> Open(OpenCart command);

    /// <summary>Puts a line in, at the price of this moment. Only while OPEN, as all that changes lines.</summary>
    [Alias("Add")]
    Task<Outcome<CartView>> Add(AddCartLine command);

    /// <summary>Changes a line's quantity.</summary>
    [Alias("Change")]
    Task<Outcome<CartView>> Change(ChangeCartLine command);

    /// <summary>Takes a line out.</summary>
    [Alias("Remove")]
    Task<Outcome<CartView>> Remove(RemoveCartLine command);

    /// <summary>Takes over the prices and taxes of this moment.</summary>
    [Alias("Refresh")]
    Task<Outcome<CartView>> Refresh(RefreshCart command);

    /// <summary>OPEN → PARKED.</summary>
    [Alias("Park")]
    Task<Outcome<CartView>> Park(ParkCart command);

    /// <summary>PARKED → OPEN, at any till of the store.</summary>
    [Alias("Resume")]
    Task<Outcome<CartView>> Resume(ResumeCart command);

    /// <summary>OPEN or PARKED → CANCELLED. A cancelled cart stays as it is.</summary>
    [Alias("Cancel")]
    Task<Outcome<CartView>> Cancel(CancelCart command);

    /// <summary>
    /// OPEN → CHECKED_OUT, once: whatever the operation's id, the same request again shows the one order. Everything that can be refused
    /// is refused here: what the shelves and the payments say, the order finds out. Answers with the order at its end, or as it stands when
    /// <see cref="CheckOutCart.WaitMax"/> has passed.
    /// </summary>
    [Alias("CheckOut")]
    Task<Outcome<OrderView>> CheckOut(CheckOutCart command);

    /// <summary>The cart as it durably stands, or null when there is none.</summary>
    [Alias("Get")]
    Task<CartView?> Get();
}
