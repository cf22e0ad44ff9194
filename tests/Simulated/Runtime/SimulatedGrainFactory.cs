namespace Pos.Tests.Simulated;

/// <summary>Makes references to grains: Orleans' generated proxies, which call through the simulated silo.</summary>
internal sealed class SimulatedGrainFactory(SimulatedSilo silo) : IGrainFactory
{
    private readonly Dictionary<(GrainType, GrainInterfaceType), GrainReferenceShared> _shared = [];
    private readonly Dictionary<Type, (GrainContract Contract, GrainReferenceShared Shared)> _byInterface = [];

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey => Make<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey => Make<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return Make<TGrainInterface>(IdSpan.Create(primaryKey), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey =>
        Make<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey, keyExtension), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey =>
        Make<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey, keyExtension), grainClassNamePrefix);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)GetGrain(grainInterfaceType, IdSpan.Create(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) =>
        (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey, keyExtension));

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) =>
        (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey, keyExtension));

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => (TGrainInterface)(object)Reference(OrleansTypes.Instance.ContractOf(typeof(TGrainInterface)), grainId);

    public IAddressable GetGrain(GrainId grainId) =>
        throw new NotSupportedException($"A reference to {grainId} without an interface is not simulated.");

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) =>
        Reference(OrleansTypes.Instance.ContractOf(interfaceType), grainId);

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) =>
        string.IsNullOrEmpty(grainClassNamePrefix) ? GetGrain(interfaceType, grainKey) : throw NoPrefixes();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey)
    {
        var (contract, shared) = Of(interfaceType);
        return contract.Make(shared, grainKey);
    }

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw NoObservers();

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw NoObservers();

    internal GrainReference Reference(GrainContract contract, GrainId grainId) => contract.Make(Shared(contract, grainId.Type), grainId.Key);

    private static NotSupportedException NoPrefixes() => new("Prefixes of grain class names are not simulated.");

    private static NotSupportedException NoObservers() => new("Observers are not simulated.");

    private TGrainInterface Make<TGrainInterface>(IdSpan key, string? prefix)
    {
        if (!string.IsNullOrEmpty(prefix))
        {
            throw NoPrefixes();
        }

        var (contract, shared) = Of(typeof(TGrainInterface));
        return (TGrainInterface)(object)contract.Make(shared, key);
    }

    private (GrainContract Contract, GrainReferenceShared Shared) Of(Type type)
    {
        if (!_byInterface.TryGetValue(type, out var known))
        {
            var contract = OrleansTypes.Instance.ContractOf(type);
            var grainType = contract.GrainType
                ?? throw new ArgumentException($"Not exactly one grain class implements {type.FullName}: name the grain by its id.", nameof(type));
            known = _byInterface[type] = (contract, Shared(contract, grainType));
        }

        return known;
    }

    private GrainReferenceShared Shared(GrainContract contract, GrainType grainType)
    {
        if (!_shared.TryGetValue((grainType, contract.InterfaceType), out var known))
        {
            var types = OrleansTypes.Instance;
            known = _shared[(grainType, contract.InterfaceType)] = new GrainReferenceShared(
                grainType, contract.InterfaceType, 0, silo, default, types.Codecs, types.CopyContexts, types.Services);
        }

        return known;
    }
}
