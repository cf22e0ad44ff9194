namespace Orleans.Runtime;

/// <summary>Tells what runs where. Its key is 0.</summary>
public interface IManagementGrain : IGrainWithIntegerKey
{
    /// <summary>The silos, and how each is.</summary>
    Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);

    /// <summary>How many activations there are of each grain class, on some silos.</summary>
    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds);

    /// <summary>How many activations there are of each grain class.</summary>
    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics();

    /// <summary>Every activation.</summary>
    /// <param name="types">Full names of the grain classes that are asked for; null for all.</param>
    /// <param name="hostsIds">The silos that are asked; null for all.</param>
    Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null);

    /// <summary>How many activations a grain has.</summary>
    Task<int> GetGrainActivationCount(GrainReference grainReference);

    /// <summary>How many activations there are.</summary>
    Task<int> GetTotalActivationCount();

    /// <summary>Where a grain is active; null if it is not.</summary>
    ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference);

    /// <summary>The active grains of a type.</summary>
    ValueTask<List<GrainId>> GetActiveGrains(GrainType type);
}

/// <summary>How many activations of a grain class a silo has.</summary>
[GenerateSerializer, Immutable]
public sealed class SimpleGrainStatistic
{
    /// <summary>The full name of the class.</summary>
    [Id(0)]
    public string GrainType { get; init; } = null!;

    /// <summary>The silo.</summary>
    [Id(1)]
    public SiloAddress SiloAddress { get; init; } = null!;

    /// <summary>How many.</summary>
    [Id(2)]
    public int ActivationCount { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{GrainType} on {SiloAddress}: {ActivationCount}";
}

/// <summary>One activation.</summary>
[GenerateSerializer, Immutable]
public sealed class DetailedGrainStatistic
{
    /// <summary>The full name of its class.</summary>
    [Id(0)]
    public string GrainType { get; init; } = null!;

    /// <summary>Where it is.</summary>
    [Id(1)]
    public SiloAddress SiloAddress { get; init; } = null!;

    /// <summary>The grain's address.</summary>
    [Id(2)]
    public GrainId GrainId { get; init; }
}

/// <summary>How a silo is.</summary>
public enum SiloStatus
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>It has been made.</summary>
    Created = 1,

    /// <summary>It is about to take part.</summary>
    Joining = 2,

    /// <summary>It runs grains.</summary>
    Active = 3,

    /// <summary>It goes, and ends what it has begun.</summary>
    ShuttingDown = 4,

    /// <summary>It goes at once.</summary>
    Stopping = 5,

    /// <summary>It is gone.</summary>
    Dead = 6,
}
