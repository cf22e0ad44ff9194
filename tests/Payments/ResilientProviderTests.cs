using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pos.Payments;
using Pos.Payments.Resilience;
using Pos.Payments.Simulator;
using VoidRequest = Pos.Payments.VoidRequest;

namespace Pos.Tests;

/// <summary>What is repeated, what is not, and when a provider is left alone.</summary>
public sealed class ResilientProviderTests
{
    private static readonly PaymentAnswer Captured = new PaymentAnswer.Captured("c1");
    private static readonly PaymentAnswer NotSent = new PaymentAnswer.NotSent("refused");
    private static readonly PaymentAnswer Unknown = new PaymentAnswer.Unknown("broken");

    private readonly ManualTime _time = new();
    private readonly Scripted _provider = new();
    private readonly ResilienceOptions _options = new();

    [Fact]
    public async Task What_was_not_sent_is_sent_again()
    {
        _provider.Answers(NotSent, NotSent, Captured);
        Assert.Equal(Captured, await Answer(() => Resilient().Charge(Till.Request(TestTokens.Approve), default)));
        Assert.Equal(3, _provider.Calls);
        Assert.True(_time.GetTimestamp() > 0);
    }

    [Fact]
    public async Task It_is_not_sent_for_ever()
    {
        _provider.Answers(NotSent, NotSent, NotSent, Captured);
        Assert.Equal(NotSent, await Answer(() => Resilient().Charge(Till.Request(TestTokens.Approve), default)));
        Assert.Equal(1 + _options.RetriesMax, _provider.Calls);
    }

    [Fact]
    public async Task A_charge_void_or_refund_of_unknown_outcome_is_never_repeated_here()
    {
        var resilient = Resilient();
        _provider.Answers(Unknown, Unknown, Unknown);
        Assert.Equal(Unknown, await Answer(() => resilient.Charge(Till.Request(TestTokens.Approve), default)));
        Assert.Equal(Unknown, await Answer(() => resilient.Void(new("v", Till.Key, ""), default)));
        Assert.Equal(Unknown, await Answer(() => resilient.Refund(new("r", Till.Key, "", Till.Gbp(1)), default)));
        Assert.Equal(3, _provider.Calls);
    }

    [Fact]
    public async Task A_question_can_be_repeated()
    {
        _provider.Answers(Unknown, NotSent, Captured);
        Assert.Equal(Captured, await Answer(() => Resilient().Query(Till.Key, default)));
        Assert.Equal(3, _provider.Calls);
    }

    [Fact]
    public async Task A_call_without_an_answer_ends_unknown_at_its_time_out()
    {
        _provider.NeverAnswers();
        Assert.IsType<PaymentAnswer.Unknown>(await Answer(() => Resilient().Charge(Till.Request(TestTokens.Approve), default)));
        Assert.Equal(1, _provider.Calls);
        Assert.Equal(_options.CallTimeout, _time.GetElapsedTime(0));
        Assert.True(_provider.WasCancelled);
    }

    [Fact]
    public async Task A_provider_that_fails_is_left_alone_and_tried_again_after_the_pause()
    {
        _options.RetriesMax = 0;
        _options.BreakerCallsMin = 4;
        var resilient = Resilient();
        _provider.Answers(Unknown, NotSent, Unknown, NotSent);
        for (var number = 0; number < 4; number++)
        {
            await Answer(() => resilient.Charge(Till.Request(TestTokens.Approve), default));
        }

        // Open: surely nothing leaves, so that nobody is in doubt.
        Assert.IsType<PaymentAnswer.NotSent>(await Answer(() => resilient.Charge(Till.Request(TestTokens.Approve), default)));
        Assert.IsType<PaymentAnswer.NotSent>(await Answer(() => resilient.Query(Till.Key, default)));
        Assert.Equal(4, _provider.Calls);
        _time.Advance(_options.BreakerPause);
        _provider.Answers(Captured, Captured);
        Assert.Equal(Captured, await Answer(() => resilient.Charge(Till.Request(TestTokens.Approve), default)));
        Assert.Equal(Captured, await Answer(() => resilient.Query(Till.Key, default)));
        Assert.Equal(6, _provider.Calls);
    }

    [Fact]
    public async Task A_provider_that_declines_does_not_fail()
    {
        _options.BreakerCallsMin = 2;
        var resilient = Resilient();
        for (var number = 0; number < 50; number++)
        {
            _provider.Answers(new PaymentAnswer.Declined("lost-card"));
            Assert.IsType<PaymentAnswer.Declined>(await Answer(() => resilient.Charge(Till.Request(TestTokens.Approve), default)));
        }
    }

    [Fact]
    public async Task A_bug_of_the_caller_is_neither_repeated_nor_hidden()
    {
        _provider.Fails(new PaymentKeyReusedException("k"));
        await Assert.ThrowsAsync<PaymentKeyReusedException>(() => Answer(() => Resilient().Charge(Till.Request(TestTokens.Approve), default)));
        Assert.Equal(1, _provider.Calls);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_let_go()
    {
        _provider.NeverAnswers();
        using var impatient = new CancellationTokenSource();
        var asked = Resilient().Charge(Till.Request(TestTokens.Approve), impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task Calls_and_repetitions_are_counted()
    {
        var counted = new Dictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => Enable(instrument, self) };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Count(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Count(instrument, tags));
        listener.Start();
        _provider.Answers(NotSent, Captured);
        await Answer(() => Resilient().Charge(Till.Request(TestTokens.Approve), default));
        Assert.Equal(
            [
                KeyValuePair.Create("pos.payments.call.duration charge Captured", 1L), KeyValuePair.Create("pos.payments.call.duration charge NotSent", 1L),
                KeyValuePair.Create("pos.payments.retries charge", 1L),
            ],
            counted.OrderBy(pair => pair.Key, StringComparer.Ordinal));

        void Count(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = $"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}";
            counted[name] = counted.GetValueOrDefault(name) + 1;
        }
    }

    private void Enable(Instrument instrument, MeterListener listener)
    {
        if (ReferenceEquals(instrument.Meter.Scope, _meters.GetRequiredService<IMeterFactory>()))
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private ResilientProvider Resilient() => new(
#pragma warning disable RS0030 // The seed is the point.
        _provider, _options, _time, new Random(1), new PaymentInstruments(_meters.GetRequiredService<IMeterFactory>()), NullLogger<ResilientProvider>.Instance);
#pragma warning restore RS0030

    // Without a context the pipeline goes on in the timer that it waited for, and time moves only when it waits again.
    private async Task<PaymentAnswer> Answer(Func<Task<PaymentAnswer>> ask)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var asked = ask();
        while (!asked.IsCompleted)
        {
            _time.FireNext();
            await Task.Yield();
        }

        return await asked;
    }

    private sealed class Scripted : IPaymentProvider
    {
        private readonly Queue<Func<CancellationToken, Task<PaymentAnswer>>> _script = new();

        public int Calls { get; private set; }

        public bool WasCancelled { get; private set; }

        public void Answers(params PaymentAnswer[] answers)
        {
            foreach (var answer in answers)
            {
                _script.Enqueue(_ => Task.FromResult(answer));
            }
        }

        public void Fails(Exception failure) => _script.Enqueue(_ => Task.FromException<PaymentAnswer>(failure));

        public void NeverAnswers() => _script.Enqueue(async cancelled =>
        {
            var never = new TaskCompletionSource<PaymentAnswer>();
            await using var given = cancelled.Register(() =>
            {
                WasCancelled = true;
                never.TrySetCanceled(cancelled);
            });
            return await never.Task;
        });

        public Task<PaymentAnswer> Charge(ChargeRequest request, CancellationToken cancellationToken) => Next(cancellationToken);

        public Task<PaymentAnswer> Query(string key, CancellationToken cancellationToken) => Next(cancellationToken);

        public Task<PaymentAnswer> Void(VoidRequest request, CancellationToken cancellationToken) => Next(cancellationToken);

        public Task<PaymentAnswer> Refund(RefundRequest request, CancellationToken cancellationToken) => Next(cancellationToken);

        private Task<PaymentAnswer> Next(CancellationToken cancellationToken)
        {
            Calls++;
            return _script.Dequeue()(cancellationToken);
        }
    }
}
