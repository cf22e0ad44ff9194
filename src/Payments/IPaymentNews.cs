namespace Pos.Payments;

/// <summary>
/// A provider that speaks without being asked. What it says is only a hint to ask about a charge: it may come twice, late, never, or
/// from somebody else.
/// </summary>
public interface IPaymentNews
{
    /// <summary>From now on <paramref name="heard"/> is told the key of each charge that there is news of, instead of whoever listened before.</summary>
    void Listen(Action<string> heard);
}
