using Pos.Grains;

namespace Pos.Tests;

/// <summary>Copies of a request that leaves nothing behind when it is refused; one turn at a time, as in a grain.</summary>
public sealed class SharedAttemptTests
{
    private static readonly Rejection Inactive = new(RejectionCode.ProductInactive, "It is not sold at present.");

    private readonly SharedAttempt _placing = new();

    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    [Fact]
    public Task Copies_share_the_verdict_of_the_one_that_is_under_way() => InTurns(async () =>
    {
        var looking = new TaskCompletionSource<Rejection?>();
        var first = _placing.Of(Asked("a"), () => looking.Task);
        var copy = _placing.Of(Asked("a"), () => Task.FromResult<Rejection?>(null));
        Assert.False(copy.IsCompleted);
        looking.SetResult(Inactive);
        Assert.All(await Task.WhenAll(first, copy), verdict => Assert.Same(Inactive, verdict));
        Assert.Null(await _placing.Of(Asked("a"), () => Task.FromResult<Rejection?>(null)));
    });

    [Theory]
    [InlineData("b", "f")]
    [InlineData("a", "another body")]
    public Task Others_are_decided_after_it_even_when_it_fails(string id, string fingerprint) => InTurns(async () =>
    {
        var looking = new TaskCompletionSource<Rejection?>();
        var first = _placing.Of(Asked("a"), () => looking.Task);
        var other = _placing.Of(Asked(id, fingerprint), () => Task.FromResult<Rejection?>(null));
        Assert.False(other.IsCompleted);
        looking.SetException(new TimeoutException("no answer"));
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        Assert.Null(await other);
    });

    private Task InTurns(Func<Task> test) => Task.Factory.StartNew(test, CancellationToken.None, TaskCreationOptions.None, _turns).Unwrap();

    private static Operation Asked(string id, string fingerprint = "f") => new(id, fingerprint, new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));
}
