using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pos.Journal;

namespace Pos.Grains;

/// <summary>What every grain needs of its host: truth, time, chance, and ways to be watched.</summary>
public sealed class GrainServices(
    IJournal journal, TimeProvider clock, Random chance, GrainInstruments instruments, IOptions<GrainsOptions> options, ILogger<GrainServices> logger)
{
    /// <summary>The only source of truth.</summary>
    public IJournal Journal => journal;

    /// <summary>The only source of time.</summary>
    public TimeProvider Clock => clock;

    /// <summary>The only source of chance.</summary>
    public Random Chance => chance;

    /// <summary>Metrics.</summary>
    public GrainInstruments Instruments => instruments;

    /// <summary>Settings.</summary>
    public GrainsOptions Options => options.Value;

    /// <summary>Logs of the shells.</summary>
    public ILogger Logger => logger;
}
