using Orleans.Streams;
using Pos.Journal;
using Pos.Journal.Tail;
using Pos.Streams;

namespace Pos.Tests;

/// <summary>A partition's checkpoint and the places of its subscriptions, called as a pulling agent calls them.</summary>
public sealed class CursorTests
{
    private readonly JournalQueue _queue = new(static _ => true, new JournalStreamsOptions(), TimeProvider.System);
    private readonly List<IBatchContainer> _news = [];

    [Fact]
    public void a_batch_that_orleans_has_given_up_comes_again_and_holds_the_checkpoint()
    {
        var cursor = Subscribe();
        _queue.Take(Page(0, 10), _news);
        Assert.Equal(10, Next(cursor));
        // A silo that ends tells the cursor, and moves on.
        cursor.RecordDeliveryFailure();
        Assert.Null(Next(cursor));
        Assert.Equal(0, _queue.Checkpoint(10).Position);
        Assert.Equal(10, Next(cursor));
        Assert.Null(Next(cursor));
    }

    [Fact]
    public void the_checkpoint_is_what_the_subscriber_has_said_that_it_has_stored()
    {
        var cursor = Subscribe();
        _queue.Take(Page(0, 10), _news);
        Assert.Equal(10, Next(cursor));
        Assert.Null(Next(cursor));
        Assert.Equal(0, _queue.Checkpoint(10).Position);

        Ask(1);
        Assert.True(cursor.MoveNext());
        Assert.Empty(Batch(cursor).Events);
        cursor.RecordDeliveryFailure();
        Assert.Null(Next(cursor));
        Assert.Equal(0, _queue.Checkpoint(10).Position);

        Ask(1);
        Assert.Equal(10, Next(cursor));
        _queue.Take(Page(10, 20), _news);
        Assert.Equal(0, _queue.Checkpoint(20).Position);
        Assert.Equal(20, Next(cursor));
        // The answer to the question came before the second batch, and says nothing about it.
        Assert.Equal(10, _queue.Checkpoint(20).Position);
        Assert.Null(Next(cursor));
        Ask(1);
        Assert.Equal(20, Next(cursor));
        Assert.Null(Next(cursor));
        Assert.Equal(20, _queue.Checkpoint(20).Position);
        // Whoever has stored everything is not asked again, and holds nothing up.
        Ask(0);
        Assert.Equal(30, _queue.Checkpoint(30).Position);
    }

    private JournalCursor Subscribe()
    {
        _queue.Begin(new JournalCheckpoint());
        var cursor = (JournalCursor)_queue.GetCacheCursor(JournalStreams.StreamOf("berlin"), new JournalToken(0));
        // Orleans passes over the first batch of a subscriber that has a position.
        Assert.Equal(0, Next(cursor));
        Assert.Null(Next(cursor));
        return cursor;
    }

    private void Ask(int streams)
    {
        _news.Clear();
        _queue.AskForSaves(_news);
        Assert.Equal(streams, _news.Count);
    }

    private static JournalBatch Batch(JournalCursor cursor) => ((JournalBatchContainer)cursor.GetCurrent(out _)!).Batch;

    private static long? Next(JournalCursor cursor) => cursor.MoveNext() ? Batch(cursor).UpTo : null;

    private static JournalPage Page(long after, long upTo) => new(after, upTo, [.. Enumerable.Range((int)after + 1, (int)(upTo - after)).Select(static position =>
        new RecordedEvent(
            position, new StreamName("test", "berlin"), position, "test.happened", 1, DateTimeOffset.UnixEpoch,
            new EventContext(DateTimeOffset.UnixEpoch, "berlin"), ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty))]);
}
