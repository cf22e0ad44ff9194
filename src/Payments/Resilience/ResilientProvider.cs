using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Pos.Payments.Resilience;

/// <summary>
/// Wraps a provider behind a network. Each call has a time-out, a failing provider is left alone for a while, and a call that did nothing
/// is repeated at once. A charge, void or refund of unknown outcome is never repeated here: the caller queries its outcome first.
/// </summary>
internal sealed partial class ResilientProvider : IPaymentProvider
{
    private readonly IPaymentProvider _provider;
    private readonly TimeProvider _clock;
    private readonly PaymentInstruments _instruments;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline<PaymentAnswer> _asking;
    private readonly ResiliencePipeline<PaymentAnswer> _moving;

    /// <summary>Wraps <paramref name="provider"/>. Pauses use the given clock, and jitter the given chance.</summary>
    public ResilientProvider(
        IPaymentProvider provider,
        ResilienceOptions options,
        TimeProvider clock,
        Random chance,
        PaymentInstruments instruments,
        ILogger<ResilientProvider> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(chance);
        (_provider, _clock, _instruments, _logger) = (provider, clock, instruments, logger);
        // One breaker for all operations: it is the same network.
        var breaker = new ResiliencePipelineBuilder<PaymentAnswer> { TimeProvider = clock }.AddCircuitBreaker(Breaker(options)).Build();
        _asking = Pipeline(answer => answer is PaymentAnswer.NotSent or PaymentAnswer.Unknown);
        _moving = Pipeline(answer => answer is PaymentAnswer.NotSent);

        ResiliencePipeline<PaymentAnswer> Pipeline(Func<PaymentAnswer, bool> isSafe)
        {
            // The breaker counts calls after their repetitions: one unlucky card is no outage.
            var builder = new ResiliencePipelineBuilder<PaymentAnswer> { TimeProvider = clock }.AddPipeline(breaker);
            if (options.RetriesMax > 0)
            {
                builder.AddRetry(Retry(options, chance, isSafe));
            }

            return builder.AddTimeout(options.CallTimeout).Build();
        }
    }

    /// <inheritdoc/>
    public Task<PaymentAnswer> Charge(ChargeRequest request, CancellationToken cancellationToken) =>
        Call(_moving, "charge", cancelled => _provider.Charge(request, cancelled), cancellationToken);

    /// <inheritdoc/>
    public Task<PaymentAnswer> Query(string key, CancellationToken cancellationToken) =>
        Call(_asking, "query", cancelled => _provider.Query(key, cancelled), cancellationToken);

    /// <inheritdoc/>
    public Task<PaymentAnswer> Void(VoidRequest request, CancellationToken cancellationToken) =>
        Call(_moving, "void", cancelled => _provider.Void(request, cancelled), cancellationToken);

    /// <inheritdoc/>
    public Task<PaymentAnswer> Refund(RefundRequest request, CancellationToken cancellationToken) =>
        Call(_moving, "refund", cancelled => _provider.Refund(request, cancelled), cancellationToken);

    private async Task<PaymentAnswer> Call(
        ResiliencePipeline<PaymentAnswer> pipeline,
        string operation,
        Func<CancellationToken, Task<PaymentAnswer>> send,
        CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(operation, cancellationToken);
        try
        {
            return await pipeline.ExecuteAsync(
                static (context, call) => call.Of.Once(context.OperationKey!, call.Send, context.CancellationToken), context, (Of: this, Send: send));
        }
        catch (BrokenCircuitException)
        {
            return new PaymentAnswer.NotSent("The provider failed too often and is left alone for a moment.");
        }
        catch (TimeoutRejectedException late)
        {
            return new PaymentAnswer.Unknown(late.Message);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<PaymentAnswer> Once(string operation, Func<CancellationToken, Task<PaymentAnswer>> send, CancellationToken cancellationToken)
    {
        var (began, came) = (_clock.GetTimestamp(), "Failed");
        using var span = PaymentInstruments.StartCall(operation);
        try
        {
            var answer = await send(cancellationToken);
            came = answer.Name;
            return answer;
        }
        catch (OperationCanceledException)
        {
            came = "TimedOut";
            throw;
        }
        finally
        {
            _instruments.OnCalled(operation, came, _clock.GetElapsedTime(began), span);
        }
    }

    private RetryStrategyOptions<PaymentAnswer> Retry(ResilienceOptions options, Random chance, Func<PaymentAnswer, bool> isSafe) => new()
    {
        MaxRetryAttempts = options.RetriesMax,
        Delay = options.RetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Randomizer = chance.NextDouble,
        ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome.Result is { } answer && isSafe(answer)),
        OnRetry = retry =>
        {
            _instruments.OnRetried(retry.Context.OperationKey!);
            return default;
        },
    };

    private CircuitBreakerStrategyOptions<PaymentAnswer> Breaker(ResilienceOptions options) => new()
    {
        FailureRatio = options.BreakerFailureRatio,
        MinimumThroughput = options.BreakerCallsMin,
        SamplingDuration = options.BreakerWindow,
        BreakDuration = options.BreakerPause,
        ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome switch
        {
            { Exception: PaymentKeyReusedException } => false,
            { Exception: OperationCanceledException } => false,
            { Exception: not null } => true,
            { Result: var answer } => answer is PaymentAnswer.NotSent or PaymentAnswer.Unknown,
        }),
        OnOpened = opened =>
        {
            _instruments.OnBreaker("open");
            LogOpened(_logger, opened.BreakDuration);
            return default;
        },
        OnClosed = _ =>
        {
            _instruments.OnBreaker("closed");
            LogClosed(_logger);
            return default;
        },
        OnHalfOpened = _ =>
        {
            _instruments.OnBreaker("half-open");
            return default;
        },
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The payment provider fails too often and is left alone for {Pause}.")]
    private static partial void LogOpened(ILogger logger, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Information, Message = "The payment provider answers again.")]
    private static partial void LogClosed(ILogger logger);
}
