using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Pos.Hosting;

/// <summary>
/// Orleans' factory of references, with a memory: <c>GetGrain&lt;T&gt;(key)</c> reads the attributes of the interface and its implementations by reflection
/// at every call, about a fifteenth of the processor time of a sale. The kind of grain behind an interface never changes while a process lives.
/// </summary>
internal sealed class GrainReferenceCache(IGrainFactory inner) : IGrainFactory
{
    private readonly ConcurrentDictionary<Type, (GrainType Grain, GrainInterfaceType Interface)> _kinds = new();

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey
    {
        if (grainClassNamePrefix is null && _kinds.TryGetValue(typeof(TGrainInterface), out var kind))
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
            return (TGrainInterface)inner.GetGrain(GrainId.Create(kind.Grain, primaryKey), kind.Interface);
        }

        var reference = inner.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix);
        if (grainClassNamePrefix is null && reference is GrainReference known)
        {
            _kinds.TryAdd(typeof(TGrainInterface), (known.GrainId.Type, known.InterfaceType));
        }

        return reference;
    }

    // Ours have texts as keys: the rest is as it is.

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidKey =>
        inner.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix);

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey =>
        inner.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix);

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey => inner.GetGrain<TGrainInterface>(primaryKey, keyExtension, grainClassNamePrefix);

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey => inner.GetGrain<TGrainInterface>(primaryKey, keyExtension, grainClassNamePrefix);

    /// <inheritdoc/>
    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver =>
        inner.CreateObjectReference<TGrainObserverInterface>(obj);

    /// <inheritdoc/>
    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver =>
        inner.DeleteObjectReference<TGrainObserverInterface>(obj);

    /// <inheritdoc/>
    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => inner.GetGrain(grainInterfaceType, grainPrimaryKey);

    /// <inheritdoc/>
    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => inner.GetGrain(grainInterfaceType, grainPrimaryKey);

    /// <inheritdoc/>
    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => inner.GetGrain(grainInterfaceType, grainPrimaryKey);

    /// <inheritdoc/>
    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => inner.GetGrain(grainInterfaceType, grainPrimaryKey, keyExtension);

    /// <inheritdoc/>
    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => inner.GetGrain(grainInterfaceType, grainPrimaryKey, keyExtension);

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable => inner.GetGrain<TGrainInterface>(grainId);

    /// <inheritdoc/>
    public IAddressable GetGrain(GrainId grainId) => inner.GetGrain(grainId);

    /// <inheritdoc/>
    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => inner.GetGrain(grainId, interfaceType);

    /// <inheritdoc/>
    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => inner.GetGrain(interfaceType, grainKey);

    /// <inheritdoc/>
    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => inner.GetGrain(interfaceType, grainKey, grainClassNamePrefix);
}

/// <summary>Puts the memory before Orleans' factory.</summary>
public static class GrainReferenceCacheRegistration
{
    /// <summary>For everybody who asks for an <see cref="IGrainFactory"/>: endpoints, hosted services and the grains themselves.</summary>
    /// <param name="services">Those of a silo or of a client, with what Orleans has registered.</param>
    public static IServiceCollection AddGrainReferenceCache(this IServiceCollection services)
    {
        var orleans = services.Last(service => service.ServiceType == typeof(IGrainFactory)).ImplementationFactory!;
        return services.AddSingleton<IGrainFactory>(provider => new GrainReferenceCache((IGrainFactory)orleans(provider)));
    }
}
