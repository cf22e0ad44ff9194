using System.Text.Json;
using Pos.Reports.Folding;

namespace Pos.Tests;

/// <summary>Stores pages as JSON, and refuses a writer who has not read the page that is there.</summary>
internal sealed class MemoryPages<TPage> : IReportPages<TPage> where TPage : class, new()
{
    private readonly Dictionary<string, (string Json, int Version)> _stored = new(StringComparer.Ordinal);

    public int Writes { get; private set; }

    /// <summary>How many more writes succeed.</summary>
    public int WritesLeft { get; set; } = int.MaxValue;

    public IReadOnlyDictionary<string, TPage> All => _stored.ToDictionary(
        static page => page.Key, static page => JsonSerializer.Deserialize<ReportPage<TPage>>(page.Value.Json)!.Data, StringComparer.Ordinal);

    public Task<StoredPage<TPage>> Read(string page) => Task.FromResult<StoredPage<TPage>>(_stored.TryGetValue(page, out var found)
        ? new Stored(page, JsonSerializer.Deserialize<ReportPage<TPage>>(found.Json)!, found.Version)
        : new Stored(page, new ReportPage<TPage>(), 0));

    public Task Write(StoredPage<TPage> page)
    {
        var stored = (Stored)page;
        if (WritesLeft-- <= 0)
        {
            throw new IOException("The storage is away.");
        }

        if (stored.Version != (_stored.TryGetValue(page.Key, out var found) ? found.Version : 0))
        {
            throw new InvalidOperationException("Somebody else has written the page.");
        }

        _stored[page.Key] = (JsonSerializer.Serialize(stored.Page), ++stored.Version);
        Writes++;
        return Task.CompletedTask;
    }

    public Task Clear(StoredPage<TPage> page)
    {
        _stored.Remove(page.Key);
        return Task.CompletedTask;
    }

    private sealed class Stored(string key, ReportPage<TPage> page, int version) : StoredPage<TPage>(key)
    {
        public override ReportPage<TPage> Page => page;

        public int Version { get; set; } = version;
    }
}
