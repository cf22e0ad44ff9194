using Orleans;

namespace Pos;

/// <summary>A grain that the journal wakes.</summary>
/// <remarks>
/// A wake-up is a row in the journal that names a stream and an instant. The grain writes it in the transaction of the events that need it, so no crash can
/// fall between the two. Orleans reminders are kept in a store of their own, come every minute at the earliest, and skip the ticks that they miss.
/// </remarks>
[Alias("pos.IWakeable")]
public interface IWakeable : IGrainWithStringKey
{
    /// <summary>Does the work that is due and returns the time of the next wake-up, null for never. Called at least once for each wake-up.</summary>
    [Alias("WakeUp")]
    Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken);
}
