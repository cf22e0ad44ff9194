using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Storage;

namespace Pos.Tests.Simulated;

/// <summary>What <c>[PersistentState]</c> gives a grain: read from the named storage before the grain is activated.</summary>
internal static class SimulatedPersistentState
{
    private static readonly MethodInfo Maker = typeof(SimulatedPersistentState).GetMethod(nameof(MakeOf), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <param name="type">The parameter's type.</param>
    /// <param name="attribute">Names state and storage.</param>
    /// <param name="context">Whose it is.</param>
    public static object Make(Type type, PersistentStateAttribute attribute, IGrainContext context) =>
        Maker.MakeGenericMethod(type.GetGenericArguments()[0]).Invoke(null, [attribute, context])!;

    private static SimulatedPersistentState<T> MakeOf<T>(PersistentStateAttribute attribute, IGrainContext context) => new(
        attribute.StateName, context, context.ActivationServices.GetRequiredKeyedService<IGrainStorage>(attribute.StorageName));
}

/// <inheritdoc cref="SimulatedPersistentState"/>
internal sealed class SimulatedPersistentState<T> : IPersistentState<T>, ILifecycleObserver
{
    private readonly GrainState<T> _state = new(Activator.CreateInstance<T>());
    private readonly string _name;
    private readonly GrainId _grain;
    private readonly IGrainStorage _storage;

    public SimulatedPersistentState(string name, IGrainContext context, IGrainStorage storage)
    {
        (_name, _grain, _storage) = (name, context.GrainId, storage);
        context.ObservableLifecycle.Subscribe(name, GrainLifecycleStage.SetupState, this);
    }

    public T State { get => _state.State!; set => _state.State = value; }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => _storage.ReadStateAsync(_name, _grain, _state);

    public Task WriteStateAsync() => _storage.WriteStateAsync(_name, _grain, _state);

    public Task ClearStateAsync() => _storage.ClearStateAsync(_name, _grain, _state);

    Task ILifecycleObserver.OnStart(CancellationToken cancellationToken) => ReadStateAsync();

    Task ILifecycleObserver.OnStop(CancellationToken cancellationToken) => Task.CompletedTask;
}
