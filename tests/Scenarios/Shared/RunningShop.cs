using System.Security.Cryptography;
using System.Text;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>A shop whose server runs, in one process or several: where its requests go, and what may befall it.</summary>
public abstract class RunningShop : IAsyncLifetime
{
    private const string Key = "an-operator-of-the-scenarios";

    /// <summary>The settings of a server that takes requests with the key.</summary>
    protected static IEnumerable<KeyValuePair<string, string?>> KeySettings { get; } =
    [
        new("Api:Keys:0:Actor", "operator"),
        new("Api:Keys:0:Role", "operator"),
        new("Api:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))),
        new("Pos:Demo", "false"),
        new("Logging:LogLevel:Default", "Warning"),
    ];

    /// <summary>A till of this shop.</summary>
    public Till Till { get; private set; } = null!;

    /// <summary>Kills one of its servers in the middle of what it does. Whoever repeats is served before long.</summary>
    public abstract Task Crash();

    /// <summary>Reads the whole journal and checks every invariant.</summary>
    public abstract Task<VerificationReport> Verify();

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>
    /// Starts it once; each test asks, so that what a machine lacks is the test's to say and not the fixture's.
    /// </summary>
    public async Task Begin()
    {
        if (Till is null)
        {
            var door = await Open();
            Till = new Till(door, Key);
            await Till.OpenStore();
        }
    }

    public async Task DisposeAsync()
    {
        Till?.Dispose();
        await Close();
    }

    /// <summary>Verifies again and again until nothing is under way any more: every order has reached its end by itself.</summary>
    public async Task<VerificationReport> Settled()
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        var patience = TimeSpan.FromMinutes(2);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var report = await Verify();
            var violations = string.Join('\n', report.Invariants.SelectMany(one => one.First.Select(first => $"{one.Name}: {first.Where}: {first.What}")));
            Assert.True(report.Ok, violations);
            if (report.Open is { Orders: 0, Holds: 0 })
            {
                return report;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < patience, $"{report.Open.Orders} orders have no end: {string.Join(", ", report.Open.FirstOrders)}");
            await pause.WaitForNextTickAsync();
        }
    }

    /// <returns>Where its requests go.</returns>
    protected abstract Task<Uri> Open();

    protected abstract Task Close();
}
