using System.Reflection;

namespace Pos.Silo;

/// <summary>
/// The filters that every call of a silo passes. Orleans lists them once, when the silo starts, and has no way to add one later. The list is a private field
/// of the part that invokes grains; where a release of Orleans has no such field, nothing can be added, and a filter has to be registered before the start.
/// </summary>
internal static class CallFilters
{
    private static readonly Type? Invoker = Type.GetType("Orleans.Runtime.InsideRuntimeClient, Orleans.Runtime");

    private static readonly FieldInfo? Filters = Invoker?.GetField("grainCallFilters", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>Whether this release of Orleans has the list.</summary>
    public static bool CanGrow => Filters?.FieldType == typeof(List<IIncomingGrainCallFilter>);

    /// <summary>Adds a filter to a silo that runs. A call under way keeps the list with which it began, so the list is replaced and not changed.</summary>
    public static void Add(IServiceProvider services, IIncomingGrainCallFilter filter)
    {
        var invoker = services.GetRequiredService(Invoker!);
        Filters!.SetValue(invoker, new List<IIncomingGrainCallFilter>([.. (List<IIncomingGrainCallFilter>)Filters.GetValue(invoker)!, filter]));
    }
}
