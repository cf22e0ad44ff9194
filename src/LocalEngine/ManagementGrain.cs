using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>Tells what is in this process, which is the whole cluster.</summary>
[Reentrant]
internal sealed class ManagementGrain(LocalSilo silo) : Grain, IManagementGrain
{
    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false)
    {
        var status = silo.IsStopping ? SiloStatus.ShuttingDown : SiloStatus.Active;
        return Task.FromResult<Dictionary<SiloAddress, SiloStatus>>(onlyActive && status != SiloStatus.Active ? [] : new() { [LocalSilo.Address] = status });
    }

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds) =>
        IsMeant(hostsIds) ? GetSimpleGrainStatistics() : Task.FromResult<SimpleGrainStatistic[]>([]);

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() => Task.FromResult<SimpleGrainStatistic[]>(
    [
        .. silo.Living.CountBy(living => living.Class).OrderBy(group => Name(group.Key), StringComparer.Ordinal)
            .Select(group => new SimpleGrainStatistic { GrainType = Name(group.Key), SiloAddress = LocalSilo.Address, ActivationCount = group.Value }),
    ]);

    public Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null) =>
        Task.FromResult<DetailedGrainStatistic[]>(IsMeant(hostsIds)
            ?
            [
                .. InOrder(silo.Living.Where(living => types is null || types.Contains(Name(living.Class))))
                    .Select(living => new DetailedGrainStatistic { GrainType = Name(living.Class), SiloAddress = LocalSilo.Address, GrainId = living.GrainId }),
            ]
            : []);

    public Task<int> GetGrainActivationCount(GrainReference grainReference)
    {
        ArgumentNullException.ThrowIfNull(grainReference);
        return Task.FromResult(silo.Find(grainReference.GrainId) is null ? 0 : 1);
    }

    public Task<int> GetTotalActivationCount() => Task.FromResult(silo.Living.Count());

    public ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference) =>
        ValueTask.FromResult(silo.Find(reference.GetGrainId()) is null ? null : LocalSilo.Address);

    public ValueTask<List<GrainId>> GetActiveGrains(GrainType type) => ValueTask.FromResult<List<GrainId>>(
        [.. InOrder(silo.Living.Where(living => living.GrainId.Type == type)).Select(living => living.GrainId)]);

    private static bool IsMeant(SiloAddress[]? hosts) => hosts is null or [] || hosts.Contains(LocalSilo.Address);

    private static string Name(GrainClass grainClass) => grainClass.Type.FullName!;

    private static IEnumerable<Activation> InOrder(IEnumerable<Activation> activations) => activations.OrderBy(activation => activation.Number);
}
