using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;
using Pos.Grains;
using Pos.Streams;
using Xunit.Abstractions;

namespace Pos.Tests.Wire;

/// <summary>
/// Silos of two releases talk to each other while one is rolled out. What they say is listed in <c>src/Grains.Abstractions/wire-contracts.txt</c>,
/// and a line of that list never changes: only new ones come.
/// </summary>
/// <remarks>
/// With POS_WRITE_DOCS=1 what is new is written into the list. What breaks a line of it fails all the same: such a release cannot be rolled, and
/// whoever wants it removes the line by hand, where a review sees it.
/// </remarks>
public sealed class WireContractsTests(ITestOutputHelper output)
{
    private const string Head =
        "# What silos and APIs of different releases say to each other: type by alias; below it field by number (in a record the place in its\n"
        + "# constructor), case by value, method by alias. Made by tests/Domain/Wire (POS_WRITE_DOCS=1 adds what is new). Lines are never changed.\n\n";

    [Fact]
    public void No_contract_on_the_wire_is_broken_and_every_one_is_listed()
    {
        var path = Path.Combine(Root().FullName, "src", "Grains.Abstractions", "wire-contracts.txt");
        var now = WireContracts.Of(typeof(IWakeable).Assembly, typeof(PosGrains).Assembly, typeof(JournalBatch).Assembly, typeof(Pos.Reports.ReportGrain).Assembly);
        var listed = File.Exists(path) ? Parse(File.ReadAllText(path)) : [];
        var broken = Broken(listed, now);
        Assert.True(broken.Length == 0, $"Broken for a silo of the release before:\n{string.Join('\n', broken)}");

        var page = Page(now);
        if (Environment.GetEnvironmentVariable("POS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, page);
            output.WriteLine($"Written: {path}");
        }

        Assert.Equal(File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "", page);
    }

    [Fact]
    public void The_list_is_read_as_it_is_written()
    {
        var now = WireContracts.Of(typeof(IWakeable).Assembly);
        Assert.NotEmpty(now);
        Assert.Equal(now.AsEnumerable(), Parse(Page(now)).AsEnumerable());
    }

    [Theory]
    [InlineData("A field's number is used for another type", "pos.X", "0", "String Name", "Int32 Name")]
    [InlineData("Two fields change places", "pos.X", "0", "String Name", "String Other")]
    [InlineData("A method returns something else", "pos.X", "Get", "() Task<Int32>", "() Task<Int64>")]
    [InlineData("A type becomes something else", "pos.X", "", "class", "struct")]
    public void Another_shape_under_the_same_key_is_noticed(string what, string alias, string key, string before, string after)
    {
        var broken = Assert.Single(Broken([new(alias, key, before)], [new(alias, key, after)]));
        Assert.True(broken.Contains(before, StringComparison.Ordinal) && broken.Contains(after, StringComparison.Ordinal), what);
    }

    [Fact]
    public void An_alias_that_changes_or_a_field_that_goes_is_noticed_and_what_is_new_is_not()
    {
        ImmutableArray<WireContract> before = [new("pos.X", "", "class"), new("pos.X", "0", "String Name"), new("pos.X", "1", "Int32 Count")];
        Assert.Equal(3, Broken(before, [new("pos.Y", "", "class"), new("pos.Y", "0", "String Name"), new("pos.Y", "1", "Int32 Count")]).Length);
        Assert.Single(Broken(before, before.RemoveAt(2)));
        Assert.Empty(Broken(before, before.Add(new("pos.X", "2", "Int64 Sum"))));
    }

    [Fact]
    public void What_travels_without_a_name_is_refused() =>
        Assert.Contains("has no [Alias]", Assert.Throws<InvalidOperationException>(() => WireContracts.Of(typeof(Nameless).Assembly)).Message, StringComparison.Ordinal);

    private static string[] Broken(ImmutableArray<WireContract> before, ImmutableArray<WireContract> now)
    {
        var found = now.ToDictionary(contract => (contract.Of, contract.Key), contract => contract.Shape);
        return
        [
            .. from was in before
               let shape = found.GetValueOrDefault((was.Of, was.Key))
               where shape != was.Shape
               select $"{was.Of} {was.Key}: was '{was.Shape}', {(shape is null ? "and is gone" : $"is '{shape}'")}",
        ];
    }

    private static string Page(ImmutableArray<WireContract> contracts) => Head + string.Join('\n', contracts) + "\n";

    private static ImmutableArray<WireContract> Parse(string page)
    {
        var contracts = ImmutableArray.CreateBuilder<WireContract>();
        var of = "";
        foreach (var line in page.ReplaceLineEndings("\n").Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var isMember = line[0] == ' ';
            var parts = line.Trim().Split(' ', 2);
            of = isMember ? of : parts[0];
            contracts.Add(new(of, isMember ? parts[0] : "", parts[1]));
        }

        return contracts.ToImmutable();
    }

    private static DirectoryInfo Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Pos.Orleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder;
    }

    [GenerateSerializer, Immutable]
    internal sealed record Nameless(string Value);
}
