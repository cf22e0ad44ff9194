using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;

namespace Pos.Streams;

/// <summary>
/// Where a partition begins anew. Nothing depends on it: a partition without one begins at the journal's first event, and consumers pass over
/// what they have.
/// </summary>
[GenerateSerializer, Alias("pos.JournalCheckpoint")]
public sealed class JournalCheckpoint
{
    /// <summary>Everything up to here has been delivered to every subscription of the partition.</summary>
    [Id(0)]
    public long Position { get; set; }

    /// <summary>Position of the last event of each stream that was read, by store.</summary>
    [Id(1)]
    public Dictionary<string, long> Ends { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>Keeps one partition's checkpoint in the cluster's grain storage.</summary>
internal sealed class CheckpointFile(IGrainStorage? storage, string provider, int partitions, QueueId queue)
{
    private const string StateName = "checkpoint";

    private readonly GrainId _id = GrainId.Create("journalpartition", $"{provider}-{partitions}-{queue.GetNumericId()}");
    private readonly GrainState<JournalCheckpoint> _kept = new(new JournalCheckpoint());

    public long Position => _kept.State?.Position ?? 0;

    public async Task<JournalCheckpoint> Read()
    {
        if (storage is not null)
        {
            await storage.ReadStateAsync(StateName, _id, _kept);
        }

        return _kept.State ??= new();
    }

    /// <summary>Stores a checkpoint. While two silos hold the partition for a moment, either may win: both are true.</summary>
    public async Task Write(JournalCheckpoint checkpoint)
    {
        if (storage is null || checkpoint.Position <= Position)
        {
            return;
        }

        var before = _kept.State;
        _kept.State = checkpoint;
        try
        {
            await storage.WriteStateAsync(StateName, _id, _kept);
        }
        catch (InconsistentStateException)
        {
            await storage.ReadStateAsync(StateName, _id, _kept);
        }
        catch
        {
            _kept.State = before;
            throw;
        }
    }
}
