using Orleans.Runtime;

namespace Orleans;

/// <summary>What can be asked of a grain or of a reference to one.</summary>
public static class GrainExtensions
{
    /// <summary>A reference that other grains may be given instead of <c>this</c>.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) =>
        (TGrainInterface)AsReference(grain, typeof(TGrainInterface));

    /// <inheritdoc cref="AsReference{TGrainInterface}(IAddressable)"/>
    public static object AsReference(this IAddressable grain, Type interfaceType) => Reference(grain).CastTo(interfaceType);

    /// <summary>The same grain through another of its interfaces.</summary>
    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    /// <summary>The grain's address.</summary>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        null => throw new ArgumentNullException(nameof(grain)),
        GrainReference reference => reference.GrainId,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        _ => throw NotAGrain(grain),
    };

    /// <summary>The key of a grain addressed by an integer.</summary>
    /// <exception cref="InvalidOperationException">The grain has another kind of key.</exception>
    public static long GetPrimaryKeyLong(this IAddressable grain) =>
        GrainIdKeyExtensions.TryGetIntegerKey(grain.GetGrainId(), out var key)
            ? key
            : throw new InvalidOperationException($"{grain.GetGrainId()} has no integer key.");

    /// <summary>The key of a grain addressed by a <see cref="Guid"/>.</summary>
    /// <exception cref="InvalidOperationException">The grain has another kind of key.</exception>
    public static Guid GetPrimaryKey(this IAddressable grain) =>
        GrainIdKeyExtensions.TryGetGuidKey(grain.GetGrainId(), out var key)
            ? key
            : throw new InvalidOperationException($"{grain.GetGrainId()} has no Guid key.");

    /// <summary>The key of a grain addressed by a string.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    private static GrainReference Reference(IAddressable grain) => grain switch
    {
        null => throw new ArgumentNullException(nameof(grain)),
        GrainReference reference => reference,
        IGrainBase { GrainContext: { } context } => context.GrainReference,
        _ => throw NotAGrain(grain),
    };

    private static ArgumentException NotAGrain(IAddressable grain) =>
        new($"{grain.GetType().FullName} is neither a grain made by the engine nor a reference to one.", nameof(grain));
}
