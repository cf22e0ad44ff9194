using Pos.Journal;

namespace Pos.Tests;

/// <summary>What a journal promises beside that only one process opens at a time.</summary>
public abstract class OneProcessConformance : JournalConformance
{
    [Fact]
    public async Task a_second_opener_is_refused_until_the_first_has_closed()
    {
        var rig = Rig();
        var first = rig.Start();
        var refused = Assert.Throws<JournalInUseException>(rig.Start);
        Assert.Contains(refused.Path, refused.Message, StringComparison.Ordinal);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, await Open(first, Stock), "mine")));
        rig.Stop();
        Assert.Equal(["mine"], Payloads(await AssertWhole(rig.Start())));
    }
}
