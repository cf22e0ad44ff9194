using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.TestingHost;
using Pos.Journal;
using Pos.Streams;
using Pos.Streams.Storage;

namespace Pos.Tests;

/// <summary>What reports and streams rely on in the storage of their states, on every database that the journal can be in.</summary>
public abstract class StorageConformance : IAsyncLifetime
{
    private static readonly GrainId Berlin = GrainId.Create("sales", "berlin");

    private InProcessTestCluster? _silo;

    private protected IGrainStorage Storage => _silo!.Silos[0].ServiceProvider.GetRequiredKeyedService<IGrainStorage>(StatesRegistration.Reports);

    private protected abstract Dictionary<string, string?> Settings { get; }

    public virtual async Task InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings).Build();
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddJournal(configuration);
            silo.AddJournalStates(configuration);
        });
        _silo = builder.Build();
        await _silo.DeployAsync();
    }

    public virtual async Task DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.StopAllSilosAsync();
            await _silo.DisposeAsync();
        }
    }

    [Fact]
    public async Task a_state_that_was_never_stored_is_new()
    {
        var read = await Read(Berlin);
        Assert.False(read.RecordExists);
        Assert.Empty(read.State.State.Positions);
    }

    [Fact]
    public async Task a_state_is_read_as_it_was_stored_and_stored_again()
    {
        var state = await Read(Berlin);
        for (var position = 1; position <= 3; position++)
        {
            state.State.Position = position;
            state.State.State.Positions.Add(position);
            await Storage.WriteStateAsync("seen", Berlin, state);
            var read = await Read(Berlin);
            Assert.True(read.RecordExists);
            Assert.Equal(state.ETag, read.ETag);
            Assert.Equal(position, read.State.Position);
            Assert.Equal(state.State.State.Positions, read.State.State.Positions);
        }
    }

    [Fact]
    public async Task a_large_state_is_stored_whole()
    {
        var state = await Read(Berlin);
        state.State.State.Positions = [.. Enumerable.Range(0, 300_000).Select(at => at * 1_000_003L)];
        await Storage.WriteStateAsync("seen", Berlin, state);
        Assert.Equal(state.State.State.Positions, (await Read(Berlin)).State.State.Positions);
    }

    [Fact]
    public async Task of_two_activations_that_begin_a_state_one_wins()
    {
        var (one, other) = (await Read(Berlin), await Read(Berlin));
        one.State.Position = 1;
        await Storage.WriteStateAsync("seen", Berlin, one);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("seen", Berlin, other));
        Assert.Equal(1, (await Read(Berlin)).State.Position);
    }

    [Fact]
    public async Task an_activation_that_was_overtaken_stores_nothing()
    {
        var older = await Read(Berlin);
        await Storage.WriteStateAsync("seen", Berlin, older);
        var newer = await Read(Berlin);
        newer.State.Position = 5;
        await Storage.WriteStateAsync("seen", Berlin, newer);
        older.State.Position = 3;
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("seen", Berlin, older));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync("seen", Berlin, older));
        Assert.Equal(5, (await Read(Berlin)).State.Position);
    }

    [Fact]
    public async Task of_many_writers_of_one_state_each_step_has_one_winner()
    {
        var first = await Read(Berlin);
        await Storage.WriteStateAsync("seen", Berlin, first);
        for (var step = 1; step <= 10; step++)
        {
            var writers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Read(Berlin)));
            var won = await Task.WhenAll(writers.Select(async writer =>
            {
                writer.State.Position++;
                try
                {
                    await Storage.WriteStateAsync("seen", Berlin, writer);
                    return 1;
                }
                catch (InconsistentStateException)
                {
                    return 0;
                }
            }));
            Assert.Equal(1, won.Sum());
            Assert.Equal(step, (await Read(Berlin)).State.Position);
        }
    }

    [Fact]
    public async Task a_state_that_was_cleared_begins_anew_and_its_old_tag_is_worth_nothing()
    {
        var old = await Read(Berlin);
        old.State.Position = 7;
        await Storage.WriteStateAsync("seen", Berlin, old);
        var clearing = await Read(Berlin);
        await Storage.ClearStateAsync("seen", Berlin, clearing);
        Assert.False(clearing.RecordExists);
        var read = await Read(Berlin);
        Assert.Equal(0, read.State.Position);
        await Storage.WriteStateAsync("seen", Berlin, read);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("seen", Berlin, old));
    }

    [Fact]
    public async Task grains_of_other_types_names_and_alike_keys_have_states_of_their_own()
    {
        // The keys are one number to whoever reads them as hexadecimal numbers.
        GrainId[] grains = [Berlin, GrainId.Create("stock", "berlin"), GrainId.Create("sales", "7"), GrainId.Create("sales", "07"), GrainId.Create("sales", "dad"), GrainId.Create("sales", "DAD")];
        var position = 0;
        foreach (var name in new[] { "seen", "other" })
        {
            foreach (var grain in grains)
            {
                var state = new Held();
                await Storage.ReadStateAsync(name, grain, state);
                Assert.False(state.RecordExists, $"{name} of {grain}");
                state.State.Position = ++position;
                await Storage.WriteStateAsync(name, grain, state);
            }
        }

        position = 0;
        foreach (var name in new[] { "seen", "other" })
        {
            foreach (var grain in grains)
            {
                var state = new Held();
                await Storage.ReadStateAsync(name, grain, state);
                Assert.Equal(++position, state.State.Position);
            }
        }
    }

    private protected async Task<Held> Read(GrainId grain)
    {
        var state = new Held();
        await Storage.ReadStateAsync("seen", grain, state);
        return state;
    }

    /// <summary>What an activation knows of its state.</summary>
    private protected sealed class Held : IGrainState<Consumed<Seen>>
    {
        [AllowNull]
        public Consumed<Seen> State { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
