using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pos.Grains;
using Pos.Payments;
using Pos.Payments.Simulator;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>A shop with a hundred teas and a provider of cards.</summary>
/// <param name="lateAfter">As in <see cref="SimulatorOptions"/>; so is <paramref name="downFor"/>.</param>
/// <param name="downFor">How long it cannot be reached.</param>
/// <param name="callTimeout">How long an answer of the provider is waited for.</param>
public abstract class OnCards(TimeSpan lateAfter, TimeSpan downFor, TimeSpan callTimeout) : IAsyncLifetime
{
    private protected PosHost Host { get; private set; } = null!;

    private protected Shop Shop { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await PosHost.Start(services =>
        {
            services.Configure<PaymentsOptions>(options =>
            {
                options.Simulator.LateAfter = lateAfter;
                options.Simulator.DownFor = downFor;
                options.Resilience.CallTimeout = callTimeout;
            });
            // Above the latest that a charge can come.
            services.Configure<GrainsOptions>(options => (options.ProviderLateMax, options.RetryMax) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1)));
        });
        Shop = await Shop.Open(Host);
        await Shop.Product("tea", stock: 100);
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    private protected static string Order(string token) =>
        $$"""{"store":"{{Shop.Store}}","till":"till-1","lines":[{"sku":"tea","quantity":1}],"cards":[{"token":"{{token}}"}]}""";

    private string LedgerPath => Host.Silo.GetRequiredService<FileLedger>().Path;

    private protected async Task<IReadOnlyList<string>> Ledger()
    {
        using var file = new StreamReader(new FileStream(LedgerPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = (await file.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => (string)JsonNode.Parse(line)!["kind"]!)];
    }

    private protected async Task BothBooksAgree()
    {
        var report = await Verifier.Run(Host.Journal, LedgerPath, CancellationToken.None);
        Assert.True(report.Ok, string.Join('\n', report.Invariants.Where(invariant => invariant.Violations > 0)));
        Assert.Equal(0, report.Open.Payments);
    }
}
