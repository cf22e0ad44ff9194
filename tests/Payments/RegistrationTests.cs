using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pos.Payments;

namespace Pos.Tests;

/// <summary>How a host gets its provider.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-payments-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Payments:Provider", "somebody", "known are: simulator")]
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
        using var host = Host(KeyValuePair.Create(name, (string?)value));
        var refused = Assert.Throws<OptionsValidationException>(host.GetRequiredService<IPaymentProvider>);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_ledger_lies_beside_the_journal_and_every_provider_is_the_resilient_one()
    {
        using (var host = Host())
        {
            Assert.IsType<ResilientProvider>(host.GetRequiredService<IPaymentProvider>());
            Assert.Same(host.GetRequiredService<PaymentSimulator>(), host.GetRequiredService<IPaymentNews>());
            await host.GetRequiredService<IPaymentProvider>().Charge(Till.Request(TestTokens.Approve), default);
        }

        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_folder.FullName, PaymentsRegistration.LedgerName)));
        using var elsewhere = Host(KeyValuePair.Create("Payments:Path", (string?)Path.Combine(_folder.FullName, "elsewhere.jsonl")));
        elsewhere.GetRequiredService<IPaymentProvider>();
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "elsewhere.jsonl")));
    }

    private ServiceProvider Host(params KeyValuePair<string, string?>[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Journal:Path", _folder.FullName), .. settings]).Build();
        return new ServiceCollection().AddPayments(configuration).BuildServiceProvider();
    }
}
