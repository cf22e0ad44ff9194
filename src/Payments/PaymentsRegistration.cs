using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pos.Payments.Resilience;
using Pos.Payments.Simulator;

namespace Pos.Payments;

/// <summary>Puts card payments into a host.</summary>
public static class PaymentsRegistration
{
    /// <summary>Name of the simulator's ledger in the journal's folder.</summary>
    public const string LedgerName = "provider-ledger.jsonl";

    /// <summary>
    /// Registers the provider that the configuration section <c>Payments</c> describes, behind time-outs, repetitions and a circuit breaker; or none.
    /// Its ledger opens before any other part of the host starts.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configuration">The whole configuration: the ledger lies beside the journal by default.</param>
    /// <param name="environment">The name of the host's environment. In Development the simulator is the default provider.</param>
    public static IServiceCollection AddPayments(this IServiceCollection services, IConfiguration configuration, string environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(environment);
        var beside = configuration["Journal:Path"] is { Length: > 0 } journal ? journal : "./data";
        var ledger = new LedgerFile(Path.GetFullPath(
            configuration["Payments:Path"] is { Length: > 0 } path ? path : Path.Combine(beside, LedgerName)));
        services.AddOptions<PaymentsOptions>().Bind(configuration.GetSection("Payments")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PaymentsOptions>>(new Validation(environment, ledger));
        services.AddSingleton(ledger);
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
#pragma warning disable RS0030 // This is the seam that the ban points to.
        services.TryAddSingleton(Random.Shared);
#pragma warning restore RS0030
        services.TryAddSingleton<PaymentInstruments>();
        services.AddSingleton(_ => FileLedger.Open(ledger.Path));
        services.AddSingleton(static provider => new PaymentSimulator(
            provider.GetRequiredService<FileLedger>(),
            Settings(provider).Simulator,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>()));
        services.AddSingleton<NoProvider>();
        services.AddSingleton<IPaymentNews>(provider =>
            Settings(provider).IsSimulated(environment) ? provider.GetRequiredService<PaymentSimulator>() : provider.GetRequiredService<NoProvider>());
        services.AddSingleton<IPaymentProvider>(provider =>
            Settings(provider).IsSimulated(environment) ? Resilient(provider) : provider.GetRequiredService<NoProvider>());
        services.AddHostedService(provider => new ProviderOpener(
            provider.GetRequiredService<IPaymentProvider>(), PaymentsOptions.IsDevelopment(environment), provider.GetRequiredService<ILogger<ProviderOpener>>()));
        return services;
    }

    private static ResilientProvider Resilient(IServiceProvider provider) => new(
        provider.GetRequiredService<PaymentSimulator>(),
        Settings(provider).Resilience,
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<Random>(),
        provider.GetRequiredService<PaymentInstruments>(),
        provider.GetRequiredService<ILogger<ResilientProvider>>());

    private static PaymentsOptions Settings(IServiceProvider provider) => provider.GetRequiredService<IOptions<PaymentsOptions>>().Value;

    private sealed class Validation(string environment, LedgerFile ledger) : IValidateOptions<PaymentsOptions>
    {
        public ValidateOptionsResult Validate(string? name, PaymentsOptions options)
        {
            var problems = options.Problems(environment, ledger.Path).ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}

/// <summary>
/// Opens the provider's ledger: the host creates its hosted services, and so the provider, before it starts the first of them. Logs whose
/// money moves.
/// </summary>
internal sealed partial class ProviderOpener(IPaymentProvider provider, bool isDevelopment, ILogger<ProviderOpener> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!provider.TakesCards)
        {
            LogNone(logger);
        }
        else if (!isDevelopment)
        {
            LogSimulated(logger);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "There is no payment provider (Payments:Provider=none): cash is taken, cards are refused.")]
    private static partial void LogNone(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The payment provider is the simulator (Payments:AllowSimulator=true): nobody is charged.")]
    private static partial void LogSimulated(ILogger logger);
}

/// <summary>The file of the simulator's ledger, whether it exists or not.</summary>
/// <param name="Path">The file's full path.</param>
public sealed record LedgerFile(string Path)
{
    /// <summary>
    /// The path when the file exists, also when the provider is <c>none</c> by now; null when there is nothing to compare the journal with.
    /// </summary>
    public string? Existing => File.Exists(Path) ? Path : null;
}
