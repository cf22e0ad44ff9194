using System.Collections.Immutable;
using Orleans.Runtime;

namespace Pos.Hosting;

/// <summary>The silos as Orleans' membership knows them.</summary>
internal sealed class MembershipSilos : ISilos, ISiloStatusListener
{
    private ImmutableArray<Action<string>> _told = [];

    public MembershipSilos(ILocalSiloDetails local, ISiloStatusOracle membership)
    {
        Self = local.SiloAddress.ToParsableString();
        membership.SubscribeToSiloStatusEvents(this);
    }

    /// <inheritdoc/>
    public string Self { get; }

    /// <inheritdoc/>
    public void OnDeath(Action<string> died) => ImmutableInterlocked.Update(ref _told, static (told, one) => told.Add(one), died);

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead)
        {
            foreach (var tell in _told)
            {
                tell(updatedSilo.ToParsableString());
            }
        }
    }
}
