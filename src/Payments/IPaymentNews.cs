namespace Pos.Payments;

/// <summary>
/// A provider that speaks without being asked. Its news are only hints to ask about a charge: a hint may come twice, late, never, or from
/// somebody else.
/// </summary>
public interface IPaymentNews
{
    /// <summary>Calls <paramref name="heard"/> with the key of each charge that there is news of. Replaces an earlier listener.</summary>
    void Listen(Action<string> heard);
}
