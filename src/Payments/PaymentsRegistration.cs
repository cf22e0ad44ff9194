using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pos.Payments;

/// <summary>Puts card payments into a host.</summary>
public static class PaymentsRegistration
{
    /// <summary>Name of the simulator's ledger in the journal's folder.</summary>
    public const string LedgerName = "provider-ledger.jsonl";

    /// <summary>
    /// Registers the provider that the configuration section <c>Payments</c> describes, behind time-outs, repetitions and a circuit breaker.
    /// Its ledger opens before any other part of the host starts.
    /// </summary>
    public static IServiceCollection AddPayments(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<PaymentsOptions>().Bind(configuration.GetSection("Payments")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PaymentsOptions>, Validation>();
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
#pragma warning disable RS0030 // This is the seam that the ban points to.
        services.TryAddSingleton(Random.Shared);
#pragma warning restore RS0030
        services.TryAddSingleton<PaymentInstruments>();
        var beside = configuration["Journal:Path"] is { Length: > 0 } journal ? journal : "./data";
        services.AddSingleton(provider => FileLedger.Open(
            Settings(provider).Path is { Length: > 0 } path ? path : Path.Combine(beside, LedgerName)));
        services.AddSingleton(static provider => new PaymentSimulator(
            provider.GetRequiredService<FileLedger>(),
            Settings(provider).Simulator,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>()));
        services.AddSingleton<IPaymentNews>(static provider => provider.GetRequiredService<PaymentSimulator>());
        services.AddSingleton<IPaymentProvider>(static provider => new ResilientProvider(
            provider.GetRequiredService<PaymentSimulator>(),
            Settings(provider).Resilience,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>(),
            provider.GetRequiredService<PaymentInstruments>(),
            provider.GetRequiredService<ILogger<ResilientProvider>>()));
        services.AddHostedService<LedgerOpener>();
        return services;
    }

    private static PaymentsOptions Settings(IServiceProvider provider) => provider.GetRequiredService<IOptions<PaymentsOptions>>().Value;

    private sealed class Validation : IValidateOptions<PaymentsOptions>
    {
        public ValidateOptionsResult Validate(string? name, PaymentsOptions options)
        {
            var problems = options.Problems().ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }

    /// <summary>Resolving the provider opens its ledger; hosted services are made before the first one starts.</summary>
    private sealed class LedgerOpener(IPaymentProvider provider) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = provider;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
