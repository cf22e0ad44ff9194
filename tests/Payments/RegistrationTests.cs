using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pos.Payments;
using Pos.Payments.Resilience;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>How a host gets its provider.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-payments-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Payments:Provider", "somebody", "Payments:Provider is 'somebody': it must be simulated or none")]
    [InlineData("Payments:Provider", "simulator", "it must be simulated or none")]
    [InlineData("Payments:Simulator:LateAfter", "-00:00:01", "LateAfter")]
    [InlineData("Payments:Simulator:VoidWindow", "2.00:00:00", "VoidWindow")]
    [InlineData("Payments:Simulator:Chances:Late", "1.5", "Chances")]
    [InlineData("Payments:Simulator:Chances:Late", "NaN", "Chances")]
    [InlineData("Payments:Resilience:CallTimeout", "00:00:00", "CallTimeout")]
    [InlineData("Payments:Resilience:RetriesMax", "11", "RetriesMax")]
    [InlineData("Payments:Resilience:BreakerFailureRatio", "0", "BreakerFailureRatio")]
    [InlineData("Payments:Resilience:BreakerCallsMin", "1", "BreakerCallsMin")]
    public void A_setting_that_cannot_be_is_refused_by_name(string name, string value, string told)
    {
        using var host = Host("Development", Setting(name, value));
        var refused = Assert.Throws<OptionsValidationException>(host.GetRequiredService<IPaymentProvider>);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_ledger_lies_beside_the_journal_and_every_provider_is_the_resilient_one()
    {
        using (var host = Host("Development"))
        {
            Assert.IsType<ResilientProvider>(host.GetRequiredService<IPaymentProvider>());
            Assert.Same(host.GetRequiredService<PaymentSimulator>(), host.GetRequiredService<IPaymentNews>());
            await host.GetRequiredService<IPaymentProvider>().Charge(Till.Request(TestTokens.Approve), default);
        }

        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_folder.FullName, PaymentsRegistration.LedgerName)));
        using var elsewhere = Host("Development", Setting("Payments:Path", Path.Combine(_folder.FullName, "elsewhere.jsonl")));
        elsewhere.GetRequiredService<IPaymentProvider>();
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "elsewhere.jsonl")));
    }

    [Theory]
    [InlineData("Development", null, true)]
    [InlineData("development", null, true)]
    [InlineData("Development", "none", false)]
    [InlineData("Development", "NONE", false)]
    [InlineData("Production", null, false)]
    [InlineData("Production", "none", false)]
    [InlineData("Staging", null, false)]
    [InlineData("", null, false)]
    public async Task Only_development_has_a_provider_without_being_asked_for(string environment, string? provider, bool takesCards)
    {
        using var host = Host(environment, Setting("Payments:Provider", provider));
        var registered = host.GetRequiredService<IPaymentProvider>();
        Assert.Equal(takesCards, registered.TakesCards);
        Assert.Equal(takesCards, host.GetRequiredService<IPaymentNews>() is PaymentSimulator);
        Assert.Equal(takesCards, (await registered.Charge(Till.Request(TestTokens.Approve), default)) is PaymentAnswer.Captured);
        // Nobody opens a ledger for nothing.
        Assert.Equal(takesCards, host.GetRequiredService<LedgerFile>().Existing is not null);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    [InlineData("")]
    public void The_simulator_is_refused_outside_development_unless_it_is_allowed(string environment)
    {
        using var host = Host(environment, Setting("Payments:Provider", "simulated"));
        var refused = Assert.Throws<OptionsValidationException>(host.GetRequiredService<IPaymentProvider>);
        Assert.Contains("Payments:AllowSimulator=true", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Payments:Provider=none", refused.Message, StringComparison.Ordinal);

        // Leave to use it does not choose it.
        using var allowed = Host(environment, Setting("Payments:AllowSimulator", "true"));
        Assert.False(allowed.GetRequiredService<IPaymentProvider>().TakesCards);

        // The settings alone: the tests may lie in a temporary folder themselves, so no file of theirs would do.
        using var chosen = Host(
            environment, Setting("Payments:AllowSimulator", "true"), Setting("Payments:Provider", "simulated"),
            Setting("Payments:Path", Path.Combine(Path.GetPathRoot(AppContext.BaseDirectory)!, "pos", "ledger.jsonl")));
        Assert.True(chosen.GetRequiredService<IOptions<PaymentsOptions>>().Value.IsSimulated(environment));
    }

    /// <summary>By whatever way the path leads there.</summary>
    [Theory]
    [InlineData("Journal:Path", "data")]
    [InlineData("Payments:Path", "ledger.jsonl")]
    [InlineData("Payments:Path", "../{name}/deeper/../ledger.jsonl")]
    [InlineData("Payments:Path", "link/ledger.jsonl")]
    public void A_ledger_in_a_temporary_folder_is_refused_outside_development(string setting, string below)
    {
        var link = Path.Combine(AppContext.BaseDirectory, $"{nameof(RegistrationTests)}.link");
        var path = Path.Combine(_folder.FullName, below.Replace("{name}", _folder.Name, StringComparison.Ordinal));
        if (below.StartsWith("link/", StringComparison.Ordinal) && !OperatingSystem.IsWindows())
        {
            File.Delete(link);
            File.CreateSymbolicLink(link, _folder.FullName);
            path = Path.Combine(link, "ledger.jsonl");
        }

        try
        {
            using var host = Host("Production", Setting("Payments:Provider", "simulated"), Setting("Payments:AllowSimulator", "true"), Setting(setting, path));
            var refused = Assert.Throws<OptionsValidationException>(host.GetRequiredService<IPaymentProvider>);
            Assert.Contains("temporary folder", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Payments:Path", refused.Message, StringComparison.Ordinal);

            using var developing = Host("Development", Setting(setting, path));
            Assert.True(developing.GetRequiredService<IPaymentProvider>().TakesCards);

            // Where nobody keeps a ledger, nobody cares where it would lie.
            using var cash = Host("Production", Setting(setting, path));
            Assert.False(cash.GetRequiredService<IPaymentProvider>().TakesCards);
        }
        finally
        {
            File.Delete(link);
        }
    }

    private static KeyValuePair<string, string?> Setting(string name, string? value) => new(name, value);

    private ServiceProvider Host(string environment, params KeyValuePair<string, string?>[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Journal:Path", _folder.FullName)]).AddInMemoryCollection(settings).Build();
        return new ServiceCollection().AddPayments(configuration, environment).BuildServiceProvider();
    }
}
