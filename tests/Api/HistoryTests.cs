using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pos.Journal.Sqlite;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>
/// Golden histories: the journal that a release wrote, and what that release showed of it. Every later release opens the one, finds it
/// whole, and shows the other. A release adds a folder and never changes one.
/// </summary>
public sealed class HistoryTests
{
    private static readonly string Histories = Path.Combine(AppContext.BaseDirectory, "Histories");

    public static TheoryData<string> Releases => [.. Directory.GetDirectories(Histories).Select(folder => Path.GetFileName(folder)!)];

    [Theory, MemberData(nameof(Releases))]
    public async Task a_releases_journal_shows_today_what_it_showed_then(string release)
    {
        var folder = Directory.CreateTempSubdirectory("pos-history-");
        foreach (var file in (string[])["journal.db", "journal.head"])
        {
            File.Copy(Path.Combine(Histories, release, file), Path.Combine(folder.FullName, file));
        }

        await using var host = await PosHost.Start(static _ => { }, folder);
        var report = await Verifier.Run(host.Silo.GetRequiredService<SqliteJournal>(), null, CancellationToken.None);
        Assert.True(report.Ok, report.ToString());

        var then = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Histories, release, "views.json")))!.AsObject();
        Assert.NotEmpty(then);
        foreach (var (path, view) in then)
        {
            var now = JsonNode.Parse(await host.Http.GetStringAsync(new Uri(path, UriKind.Relative)));
            Contains(view, now, path);
        }
    }

    // A later release may say more; what was said then stays.
    private static void Contains(JsonNode? then, JsonNode? now, string at)
    {
        switch (then)
        {
            case JsonObject members:
                Assert.All(members, member => Contains(member.Value, now?[member.Key], $"{at}.{member.Key}"));
                break;
            case JsonArray items:
                Assert.Equal(items.Count, (now as JsonArray)?.Count);
                for (var i = 0; i < items.Count; i++)
                {
                    Contains(items[i], now![i], $"{at}[{i}]");
                }

                break;
            default:
                Assert.True(JsonNode.DeepEquals(then, now), $"{at} was {then} and is {now}");
                break;
        }
    }
}
