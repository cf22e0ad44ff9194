using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>What the engine knows about one grain class.</summary>
internal sealed class GrainClass
{
    private readonly Lazy<ObjectFactory> _factory;

    internal GrainClass(Type type)
    {
        Type = type;
        GrainType = GrainType.Create(type.GetCustomAttribute<GrainTypeAttribute>()?.Name ?? DefaultName(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        HasOnActivate = Overrides(type, nameof(IGrainBase.OnActivateAsync));
        HasOnDeactivate = Overrides(type, nameof(IGrainBase.OnDeactivateAsync));
        _factory = new Lazy<ObjectFactory>(() => ActivatorUtilities.CreateFactory(type, []));
    }

    internal Type Type { get; }

    internal GrainType GrainType { get; }

    internal bool IsReentrant { get; }

    internal ClassCalls Calls { get; } = new();

    internal bool HasOnActivate { get; }

    internal bool HasOnDeactivate { get; }

    internal bool IsKeptAlive { get; private set; }

    /// <summary>In the clock's timestamp ticks.</summary>
    internal long CollectionAgeTicks { get; private set; }

    internal object Create(IServiceProvider services) => _factory.Value(services, []);

    internal void SetAge(LocalEngineOptions options, TimeProvider time)
    {
        var limit = Type.GetCustomAttribute<CollectionAgeLimitAttribute>();
        var isConfigured = options.CollectionAges.TryGetValue(Type, out var age);
        IsKeptAlive = !isConfigured && (limit is { AlwaysActive: true } || Type.IsDefined(typeof(KeepAliveAttribute), inherit: true));
        age = isConfigured ? age : limit?.AgeLimit ?? options.CollectionAge;
        CollectionAgeTicks = (long)(age.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>The rule that Orleans names grain types by, so that ids read the same on both engines.</summary>
    private static string DefaultName(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name.Length > "grain".Length ? name[..^"grain".Length] : name;
    }

    private static bool Overrides(Type type, string method)
    {
        var map = type.GetInterfaceMap(typeof(IGrainBase));
        var index = Array.FindIndex(map.InterfaceMethods, candidate => candidate.Name == method);
        var target = map.TargetMethods[index];
        return target.DeclaringType != typeof(Grain) && target.DeclaringType != typeof(IGrainBase);
    }
}
