using Pos.Verification;

namespace Pos.Tests;

/// <summary>A shop with a running server, in one process or several.</summary>
public abstract class RunningShop : IAsyncLifetime
{
    private static readonly TimeSpan SettleMax = TimeSpan.FromMinutes(2);

    /// <summary>The settings of every server of a shop.</summary>
    protected static IEnumerable<KeyValuePair<string, string?>> ServerSettings { get; } =
        [.. Requests.KeySettings, new("Pos:Demo", "false"), new("Logging:LogLevel:Default", "Warning")];

    /// <summary>A till of this shop.</summary>
    public Till Till { get; private set; } = null!;

    /// <summary>Kills one of its servers in the middle of its work. A client that repeats its request is served soon afterwards.</summary>
    public abstract Task Crash();

    /// <summary>Reads the whole journal and checks every invariant.</summary>
    public abstract Task<VerificationReport> Verify();

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>
    /// Starts the servers once. Each test calls this, so that the test is skipped, and not its fixture failed, where the machine lacks a program.
    /// </summary>
    public async Task Begin()
    {
        if (Till is null)
        {
            var door = await Open();
            Till = new Till(door);
            await Till.OpenStore();
        }
    }

    public async Task DisposeAsync()
    {
        Till?.Dispose();
        await Close();
    }

    /// <summary>Verifies the journal until no order and no hold is open. Every order reaches its end by itself.</summary>
    public Task<VerificationReport> Settled() => Eventually.Get(
        async () =>
        {
            var report = await Verify();
            Assert.True(report.Ok, report.Told());
            return report;
        },
        report => report.Open is { Orders: 0, Holds: 0 },
        SettleMax,
        report => $"{report.Open.Orders} orders have no end: {string.Join(", ", report.Open.FirstOrders)}");

    /// <returns>The address for requests.</returns>
    protected abstract Task<Uri> Open();

    protected abstract Task Close();
}
