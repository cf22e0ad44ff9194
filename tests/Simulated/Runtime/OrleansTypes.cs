using System.Linq.Expressions;
using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Metadata;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Invocation;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.TypeSystem;

namespace Pos.Tests.Simulated;

/// <summary>
/// What Orleans' generated code says about the grains of this process: the proxies, the grain classes, the serializer. It is the same
/// for all silos and is made once, because a simulation starts thousands of silos.
/// </summary>
internal sealed class OrleansTypes
{
    private readonly Dictionary<Type, GrainContract> _contracts = [];
    private readonly Dictionary<GrainInterfaceType, GrainContract> _contractsByName = [];
    private readonly Dictionary<GrainType, GrainClass> _classes = [];

    private OrleansTypes()
    {
        var services = new ServiceCollection();
        services.AddSerializer();
        services.AddLogging();
        services.AddSingleton<IGrainTypeProvider, AttributeGrainTypeProvider>();
        services.AddSingleton<IGrainInterfaceTypeProvider, AttributeGrainInterfaceTypeProvider>();
        services.AddSingleton<GrainTypeResolver>();
        services.AddSingleton<GrainInterfaceTypeResolver>();
        Services = services.BuildServiceProvider();
        Codecs = Services.GetRequiredService<CodecProvider>();
        CopyContexts = Services.GetRequiredService<CopyContextPool>();
        Copier = Services.GetRequiredService<DeepCopier>();
        Serializer = Services.GetRequiredService<Serializer>();
        Interfaces = Services.GetRequiredService<GrainInterfaceTypeResolver>();
        var manifest = Services.GetRequiredService<IOptions<TypeManifestOptions>>().Value;
        foreach (var type in manifest.InterfaceImplementations.Where(IsGrainClass))
        {
            var grainClass = new GrainClass(type, Services.GetRequiredService<GrainTypeResolver>().GetGrainType(type));
            _classes.Add(grainClass.GrainType, grainClass);
        }

        foreach (var proxy in manifest.InterfaceProxies.Where(static type => !type.IsGenericTypeDefinition))
        {
            Add(proxy);
        }
    }

    /// <summary>Made by whoever asks first; afterwards it does not change.</summary>
    public static OrleansTypes Instance { get; } = new();

    public ServiceProvider Services { get; }

    /// <summary>Nobody can reach a simulated silo by it. Made once: the first address starts a timer of Orleans that never ends.</summary>
    public SiloAddress Address { get; } = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 0), 1);

    public CodecProvider Codecs { get; }

    public CopyContextPool CopyContexts { get; }

    public DeepCopier Copier { get; }

    public Serializer Serializer { get; }

    private GrainInterfaceTypeResolver Interfaces { get; }

    public GrainContract ContractOf(Type type) => _contracts.TryGetValue(type, out var found)
        ? found
        : throw new ArgumentException($"Orleans has generated no proxy for {type.FullName}: it is no grain interface.", nameof(type));

    public GrainContract ContractOf(GrainInterfaceType type) => _contractsByName.TryGetValue(type, out var found)
        ? found
        : throw new ArgumentException($"There is no grain interface {type}.", nameof(type));

    /// <summary>An interface that only this class implements.</summary>
    public GrainContract ContractOf(GrainClass grainClass) => _contracts.Values.First(contract => contract.GrainType == grainClass.GrainType);

    public GrainClass ClassOf(GrainType type) => _classes.TryGetValue(type, out var found)
        ? found
        : throw new ArgumentException($"There is no grain class for the grain type {type}.", nameof(type));

    /// <summary>What arrives when something is sent to another silo and read there.</summary>
    public T OverTheWire<T>(T sent) => Serializer.Deserialize<T>(Serializer.SerializeToArray(sent))!;

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false } && typeof(IGrain).IsAssignableFrom(type);

    private static IEnumerable<Type> InterfacesOf(Type proxy) =>
        proxy.GetInterfaces().Where(static type => typeof(IAddressable).IsAssignableFrom(type) && !type.IsGenericType);

    private void Add(Type proxy)
    {
        // A proxy implements its interface and those that this interface inherits; its own is the one that none of the others inherits.
        var all = InterfacesOf(proxy).ToList();
        var own = all.Find(type => all.TrueForAll(other => other == type || !type.IsAssignableFrom(other)));
        if (own is null || !typeof(IGrain).IsAssignableFrom(own))
        {
            return;
        }

        var implementing = _classes.Values.Where(grainClass => own.IsAssignableFrom(grainClass.Type)).ToList();
        var contract = new GrainContract(
            own, Interfaces.GetGrainInterfaceType(own), implementing is [var only] ? only.GrainType : null, Constructor(proxy));
        _contracts.Add(own, contract);
        _contractsByName.Add(contract.InterfaceType, contract);
    }

    private static Func<GrainReferenceShared, IdSpan, GrainReference> Constructor(Type proxy)
    {
        Type[] types = [typeof(GrainReferenceShared), typeof(IdSpan)];
        var constructor = proxy.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, types)!;
        ParameterExpression[] parameters = [.. types.Select(static type => Expression.Parameter(type))];
        return Expression.Lambda<Func<GrainReferenceShared, IdSpan, GrainReference>>(Expression.New(constructor, parameters), parameters).Compile();
    }
}

/// <summary>A grain interface.</summary>
/// <param name="Type">The interface.</param>
/// <param name="InterfaceType">Its name on the wire.</param>
/// <param name="GrainType">The grain that implements it; null if several do, or none.</param>
/// <param name="Make">Makes Orleans' generated proxy.</param>
internal sealed record GrainContract(
    Type Type, GrainInterfaceType InterfaceType, GrainType? GrainType, Func<GrainReferenceShared, IdSpan, GrainReference> Make);

/// <summary>A grain class.</summary>
internal sealed class GrainClass
{
    // A stateless worker has one activation here, and as many as it likes in Orleans.
    private static readonly Type[] NotSimulated = [typeof(MayInterleaveAttribute)];

    private readonly Lazy<ObjectFactory> _factory;
    private readonly Lazy<(Type State, PersistentStateAttribute Attribute)[]> _states;

    public GrainClass(Type type, GrainType grainType)
    {
        (Type, GrainType) = (type, grainType);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        _states = new(() =>
        [
            .. type.GetConstructors().SelectMany(static constructor => constructor.GetParameters())
                .Select(static parameter => (Parameter: parameter, Attribute: parameter.GetCustomAttribute<PersistentStateAttribute>()))
                .Where(static one => one.Attribute is not null)
                .Select(static one => (one.Parameter.ParameterType, one.Attribute!)),
        ]);
        _factory = new Lazy<ObjectFactory>(() =>
            TakesContext
                ? ActivatorUtilities.CreateFactory(type, [typeof(IGrainContext), .. _states.Value.Select(static state => state.State)])
                : throw new NotSupportedException($"{type.FullName} cannot be simulated: it must take an IGrainContext and pass it to its base class."));
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public bool IsReentrant { get; }

    private bool TakesContext =>
        Type.GetConstructors().Any(static constructor => constructor.GetParameters().Any(static taken => taken.ParameterType == typeof(IGrainContext)));

    public object Create(IGrainContext context)
    {
        foreach (var attribute in NotSimulated)
        {
            if (Type.IsDefined(attribute, inherit: true))
            {
                throw new NotSupportedException($"{Type.FullName} cannot be simulated: {attribute.Name} is not.");
            }
        }

        return _factory.Value(
            context.ActivationServices, [context, .. _states.Value.Select(state => SimulatedPersistentState.Make(state.State, state.Attribute, context))]);
    }
}
