namespace Pos.Tests;

/// <summary>Which refusals need the newest activation.</summary>
public sealed class StaleRefusalsTests
{
    /// <summary>A new code is checked like all others. An exemption states that an overtaken activation cannot give it wrongly.</summary>
    [Fact]
    public void Every_refusal_needs_the_newest_activation_except_four() => Assert.Equal(
        [RejectionCode.InsufficientStock, RejectionCode.OperationReused, RejectionCode.JournalFull, RejectionCode.TooManyPending],
        Enum.GetValues<RejectionCode>().Where(code => !StaleRefusals.CanBeStale(code)));
}
