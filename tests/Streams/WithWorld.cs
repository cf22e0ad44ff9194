using Pos.Streams;

namespace Pos.Tests;

/// <summary>A test with a journal, a storage and silos of its own.</summary>
public abstract class WithWorld : IAsyncLifetime, IAsyncDisposable
{
    private readonly World _world;

    private protected WithWorld(Action<JournalStreamsOptions>? configure = null, string? postgres = null) => _world = new(configure, postgres);

    private protected World World => _world;

    public Task InitializeAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
}
