using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pos.Journal;

namespace Pos.Grains;

/// <summary>The services of the host that every grain uses: journal, clock, chance, metrics, settings and logs.</summary>
public sealed class GrainServices(
    IJournal journal, TimeProvider clock, Random chance, GrainInstruments instruments, IOptions<GrainsOptions> options, ILogger<GrainServices> logger)
{
    /// <summary>The stores that are active in this silo.</summary>
    internal NearViews<StoreView> Stores { get; } = new();

    /// <summary>The products that are active in this silo.</summary>
    internal NearViews<ProductView> Products { get; } = new();

    /// <summary>The streams that were begun here without a look at them.</summary>
    internal RecentlyBegun Begun { get; } = new();

    /// <summary>The journal, which is the only source of truth.</summary>
    public IJournal Journal => journal;

    /// <summary>The clock. Grains use no other one.</summary>
    public TimeProvider Clock => clock;

    /// <summary>The random numbers. Grains use no other ones.</summary>
    public Random Chance => chance;

    /// <summary>Metrics.</summary>
    public GrainInstruments Instruments => instruments;

    /// <summary>Settings.</summary>
    public GrainsOptions Options => options.Value;

    /// <summary>The log of the shells.</summary>
    public ILogger Logger => logger;
}
