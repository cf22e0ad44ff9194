using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Pos.Grains;
using Pos.Journal;
using Pos.Payments;
using Pos.Payments.Simulator;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests.Simulated;

/// <summary>
/// What outlives every silo: the machine that takes the steps, the disk, the payment provider with its ledger. Each silo on it is composed here, whether a
/// story is told or seeds are explored.
/// </summary>
internal class Ground
{
    /// <param name="machine">Runs everything.</param>
    /// <param name="owner">Whose time it is outside of silos.</param>
    /// <param name="chance">Decides outside of silos.</param>
    protected Ground(Machine machine, Owner owner, Random chance)
    {
        (Machine, Random) = (machine, chance);
        Time = new VirtualTime(machine, owner);
        Provider = new(Ledger, Cards, Time, chance);
    }

    /// <summary>Runs everything, one step after the other.</summary>
    public Machine Machine { get; }

    /// <summary>The time outside of silos.</summary>
    public TimeProvider Time { get; }

    /// <summary>The chance outside of silos.</summary>
    public Random Random { get; }

    public SimulatedDisk Disk { get; } = new();

    /// <summary>The provider's own book.</summary>
    public MemoryLedger Ledger { get; } = new();

    /// <summary>How the provider behaves, from now on.</summary>
    public SimulatorOptions Cards { get; } = new();

    /// <summary>Moves the money of cards, out of reach of whatever happens to silos.</summary>
    public PaymentSimulator Provider { get; }

    /// <summary>A silo with the business in it, as <c>src/Silo</c> composes one.</summary>
    /// <param name="owner">Dies with the silo.</param>
    /// <param name="journal">The silo's only truth.</param>
    /// <param name="chance">The silo's only chance.</param>
    /// <param name="options">The settings of its grains.</param>
    /// <param name="more">Registers what watches it or takes the place of something.</param>
    /// <param name="carrier">Carries its calls.</param>
    public SimulatedSilo Compose(
        Owner owner, IJournal journal, Random chance, Action<GrainsOptions> options, Action<IServiceCollection> more, ICarrier? carrier = null) =>
        new(
            Machine, owner,
            services =>
            {
                services.AddSingleton(chance).AddSingleton(journal).AddSingleton<IPaymentProvider>(Provider).AddSingleton<IPaymentNews>(Provider);
                services.Configure<SiloMessagingOptions>(static messaging => messaging.MaxForwardCount = byte.MaxValue);
                more(services);
                services.AddPosGrains(options);
            },
            carrier);
}
