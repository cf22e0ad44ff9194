using Orleans;

namespace Pos;

/// <summary>A grain that the journal's wake-ups call.</summary>
[Alias("pos.IWakeable")]
public interface IWakeable : IGrainWithStringKey
{
    /// <summary>Does what is due and answers when it wants to be woken next, null for never. Called at least once for each wake-up.</summary>
    [Alias("WakeUp")]
    Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken);
}
