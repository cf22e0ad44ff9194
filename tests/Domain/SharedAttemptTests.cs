using Pos.Grains;

namespace Pos.Tests;

/// <summary>Copies of a request that leaves nothing behind when it is refused; one turn at a time, as in a grain.</summary>
public sealed class SharedAttemptTests
{
    private static readonly Rejection Inactive = new(RejectionCode.ProductInactive, "It is not sold at present.");

    private readonly SharedAttempt _placing;

    private long _version;

    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    public SharedAttemptTests() => _placing = new(() => _version);

    [Fact]
    public Task Copies_share_the_verdict_of_the_one_that_is_under_way() => InTurns(async () =>
    {
        var looking = new TaskCompletionSource<Rejection?>();
        var first = _placing.Run(Asked("a"), () => looking.Task);
        var copy = _placing.Run(Asked("a"), () => Task.FromResult<Rejection?>(null));
        Assert.False(copy.IsCompleted);
        looking.SetResult(Inactive);
        Assert.All(await Task.WhenAll(first, copy), verdict => Assert.Same(Inactive, verdict));
        Assert.Null(await _placing.Run(Asked("a"), () => Task.FromResult<Rejection?>(null)));
    });

    [Fact]
    public Task Copies_that_wait_share_a_refusal_that_needed_no_answer() => InTurns(async () =>
    {
        var first = _placing.Run(Asked("a"), () => Task.FromResult<Rejection?>(Inactive));
        var copy = _placing.Run(Asked("a"), () => Task.FromResult<Rejection?>(null));
        Assert.All(await Task.WhenAll(first, copy), verdict => Assert.Same(Inactive, verdict));
        Assert.Null(await _placing.Run(Asked("a"), () => Task.FromResult<Rejection?>(null)));
    });

    [Theory]
    [InlineData("b", "f")]
    [InlineData("a", "another body")]
    public Task Others_are_decided_after_it_even_when_it_fails(string id, string fingerprint) => InTurns(async () =>
    {
        var looking = new TaskCompletionSource<Rejection?>();
        var first = _placing.Run(Asked("a"), () => looking.Task);
        var other = _placing.Run(Asked(id, fingerprint), () => Task.FromResult<Rejection?>(null));
        Assert.False(other.IsCompleted);
        looking.SetException(new TimeoutException("no answer"));
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        Assert.Null(await other);
    });

    [Fact]
    public Task A_refusal_is_decided_again_when_something_else_was_decided_meanwhile() => InTurns(async () =>
    {
        var looking = new TaskCompletionSource<Rejection?>();
        var attempts = 0;
        var first = _placing.Run(Asked("a"), () => ++attempts == 1 ? looking.Task : Task.FromResult<Rejection?>(null));
        _version++;
        looking.SetResult(Inactive);
        Assert.Null(await first);
        Assert.Equal(2, attempts);
    });

    private Task InTurns(Func<Task> test) => Task.Factory.StartNew(test, CancellationToken.None, TaskCreationOptions.None, _turns).Unwrap();

    private static Operation Asked(string id, string fingerprint = "f") => new(id, fingerprint, new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));
}
