using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pos.Journal;
using Pos.Journal.Sqlite;

namespace Pos.Tests;

public sealed class JournalRegistrationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pos-journal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>("Journal:" + s.Key, s.Value)));
        builder.Services.AddJournal(builder.Configuration);
        return builder;
    }

    [Fact]
    public async Task the_journal_opens_with_the_host_and_lets_go_with_it()
    {
        using (var host = Builder(("Path", _folder)).Build())
        {
            await host.StartAsync();
            Assert.True(File.Exists(Path.Combine(_folder, "journal.db")));
            Assert.Same(host.Services.GetRequiredService<IJournal>(), host.Services.GetRequiredService<SqliteJournal>());
            await host.StopAsync();
        }

        using var again = Builder(("Path", _folder)).Build();
        await again.StartAsync();
    }

    [Fact]
    public async Task a_host_over_a_journal_in_use_does_not_start()
    {
        using var first = Builder(("Path", _folder)).Build();
        await first.StartAsync();
        using var second = Builder(("Path", _folder)).Build();
        await Assert.ThrowsAsync<JournalInUseException>(() => second.StartAsync());
    }

    [Fact]
    public void an_unknown_provider_is_refused_by_name() =>
        Assert.Contains("Journal:Provider is 'paper'", Assert.Throws<JournalRefusedException>(() => Builder(("Provider", "paper"))).Message,
            StringComparison.Ordinal);
}
