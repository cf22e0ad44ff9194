using System.Collections.Immutable;
using System.Text;
using Pos.Grains;

namespace Pos.Tests;

/// <summary>Given these events, when this is decided, then these events or that refusal.</summary>
internal sealed class Scenario<TState, TEvent>(Aggregate<TState, TEvent> aggregate, TState state)
    where TState : class
    where TEvent : class
{
    public TState State => state;

    public Scenario(Aggregate<TState, TEvent> aggregate, params ReadOnlySpan<TEvent> given) : this(aggregate, Folded(aggregate, aggregate.Initial, given))
    {
    }

    public Verdict When(Func<TState, Decision<TEvent>> decide) => new(aggregate, state, decide);

    private static TState Folded(Aggregate<TState, TEvent> aggregate, TState state, ReadOnlySpan<TEvent> events)
    {
        foreach (var happened in events)
        {
            state = aggregate.Evolve(state, happened);
        }

        return state;
    }

    /// <summary>What was decided.</summary>
    internal sealed class Verdict(Aggregate<TState, TEvent> aggregate, TState before, Func<TState, Decision<TEvent>> decide)
    {
        private readonly Decision<TEvent> _decision = decide(before);

        public ImmutableArray<TEvent> Events => _decision.Events;

        public Rejection? Rejection => _decision.Rejection;

        /// <summary>Exactly these events; and the same asked again is accepted and changes nothing.</summary>
        public Scenario<TState, TEvent> Then(params ReadOnlySpan<TEvent> expected)
        {
            Assert.Null(_decision.Rejection);
            Assert.Equal(Text(expected), Text(_decision.Events.AsSpan()));
            var after = Folded(aggregate, before, expected);
            var again = decide(after);
            Assert.True(again.Rejection is null, $"the second time it is refused: {again.Rejection}");
            Assert.Equal("", Text(again.Events.AsSpan()));
            return new(aggregate, after);
        }

        /// <summary>Accepted, and nothing changes.</summary>
        public void ThenNothing() => Then();

        /// <summary>Refused, by this name.</summary>
        public Rejection Refused(RejectionCode code)
        {
            Assert.Equal(code, _decision.Rejection?.Code);
            Assert.Empty(_decision.Events);
            return _decision.Rejection!;
        }

        // Events are compared as they are stored: what is not stored makes no difference.
        private string Text(ReadOnlySpan<TEvent> events)
        {
            var text = new StringBuilder();
            foreach (var happened in events)
            {
                var written = aggregate.Codec.Write(happened);
                text.Append(written.Type).Append(' ').AppendLine(Encoding.UTF8.GetString(written.Payload.Span));
            }

            return text.ToString();
        }
    }
}
