using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pos.Journal;
using Pos.Journal.Tail;

namespace Pos.Streams;

/// <summary>What every consumer needs of its host.</summary>
internal sealed class ConsumerServices(
    IJournal journal, TimeProvider clock, StreamInstruments instruments, IOptions<JournalStreamsOptions> options, ILogger<ConsumerServices> logger,
    JournalPages? pages = null)
{
    /// <summary>The journal's past; shared by all who read it in the silo.</summary>
    public JournalPages Pages { get; } = pages ?? new(journal);

    public TimeProvider Clock => clock;

    public StreamInstruments Instruments => instruments;

    public JournalStreamsOptions Options => options.Value;

    public ILogger Logger => logger;
}
