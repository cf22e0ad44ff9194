using System.Collections.Frozen;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>Which class serves which interface.</summary>
internal sealed class GrainMap
{
    private readonly FrozenDictionary<Type, Entry> _entries;
    private readonly FrozenDictionary<GrainType, GrainClass> _classes;

    private GrainMap(IReadOnlyCollection<GrainClass> classes, IEnumerable<Type> interfaces)
    {
        Classes = [.. classes.OrderBy(grainClass => grainClass.GrainType.ToString(), StringComparer.Ordinal)];
        _classes = classes.ToFrozenDictionary(grainClass => grainClass.GrainType);
        _entries = interfaces.ToFrozenDictionary(
            contract => contract,
            contract => new Entry(contract, [.. classes.Where(grainClass => contract.IsAssignableFrom(grainClass.Type))]));
    }

    /// <summary>All of them, by type.</summary>
    internal IReadOnlyList<GrainClass> Classes { get; }

    /// <summary>Looks through the assemblies and checks what it finds.</summary>
    /// <exception cref="OrleansConfigurationException">Names everything that is wrong, at once.</exception>
    internal static GrainMap Make(LocalEngineOptions options, TimeProvider time)
    {
        var problems = options.Problems().ToList();
        var types = options.Assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()).Append(typeof(ManagementGrain)).ToList();
        var classes = types.Where(IsGrainClass).Select(type => new GrainClass(type)).ToList();
        var interfaces = types.Where(IsGrainInterface)
            .Concat(classes.SelectMany(grainClass => grainClass.Type.GetInterfaces().Where(IsGrainInterface)))
            .Distinct()
            .ToList();

        foreach (var twins in classes.GroupBy(grainClass => grainClass.GrainType).Where(group => group.Count() > 1))
        {
            problems.Add($"{Names(twins)} share the grain type '{twins.Key}': give one of them a [GrainType]");
        }

        problems.AddRange(interfaces.SelectMany(contract => Unserved(contract, interfaces, classes)));
        problems.AddRange(ContractCheck.Problems(interfaces.Where(contract => contract != typeof(IManagementGrain))));
        if (problems.Count > 0)
        {
            throw new OrleansConfigurationException(
                $"The local engine cannot start:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}."))}");
        }

        foreach (var grainClass in classes)
        {
            grainClass.SetAge(options, time);
        }

        return new GrainMap(classes, interfaces);
    }

    internal GrainClass ClassOf(GrainType grainType) =>
        _classes.TryGetValue(grainType, out var grainClass)
            ? grainClass
            : throw new ArgumentException($"There is no grain class of type '{grainType}'.");

    internal GrainReference MakeReference(Type contract, LocalSilo silo, GrainId grainId)
    {
        var entry = EntryOf(contract);
        return entry.Classes.Any(candidate => candidate.GrainType == grainId.Type)
            ? entry.MakeReference(silo, grainId)
            : throw new InvalidCastException($"{grainId} does not implement {contract.FullName}.");
    }

    internal GrainReference MakeReference(Type contract, string? prefix, LocalSilo silo, IdSpan key)
    {
        var entry = EntryOf(contract);
        return entry.MakeReference(silo, new GrainId(ClassOf(contract, entry, prefix).GrainType, key));
    }

    /// <summary>The class that serves an interface.</summary>
    private static GrainClass ClassOf(Type contract, Entry entry, string? prefix)
    {
        if (prefix is null && entry.Only is { } only)
        {
            return only;
        }

        var fitting = entry.Classes
            .Where(candidate => prefix is null || candidate.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal))
            .ToList();
        return fitting.Count == 1
            ? fitting[0]
            : throw new ArgumentException(
                $"{contract.FullName} is served by {(fitting.Count == 0 ? "no class" : Names(fitting))}"
                + $"{(prefix is null ? "; say which one" : $" whose name starts with '{prefix}'")}.");
    }

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false } && typeof(IGrain).IsAssignableFrom(type)
        && typeof(IGrainBase).IsAssignableFrom(type);

    private static bool IsGrainInterface(Type type) =>
        type is { IsInterface: true, IsGenericTypeDefinition: false } && typeof(IGrain).IsAssignableFrom(type)
        && (type.Assembly != typeof(IGrain).Assembly || type == typeof(IManagementGrain));

    /// <summary>An interface that others extend is a common part: any number of classes may have it, and callers say which one they mean.</summary>
    private static IEnumerable<string> Unserved(Type contract, List<Type> interfaces, List<GrainClass> classes)
    {
        if (interfaces.Exists(other => other != contract && contract.IsAssignableFrom(other)))
        {
            yield break;
        }

        var serving = classes.Where(grainClass => contract.IsAssignableFrom(grainClass.Type)).ToList();
        if (serving.Count == 0)
        {
            yield return $"{contract.FullName} has no grain class in the given assemblies";
        }
        else if (serving.Count > 1)
        {
            yield return $"{contract.FullName} has more than one grain class: {Names(serving)}";
        }
    }

    private static string Names(IEnumerable<GrainClass> classes) => string.Join(", ", classes.Select(grainClass => grainClass.Type.FullName));

    private Entry EntryOf(Type contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return _entries.TryGetValue(contract, out var entry)
            ? entry
            : throw new ArgumentException($"{contract.FullName} is not a grain interface of the given assemblies.");
    }

    private sealed class Entry(Type contract, GrainClass[] classes)
    {
        private Func<LocalSilo, GrainId, GrainReference>? _make;

        internal GrainClass[] Classes => classes;

        internal GrainClass? Only { get; } = classes.Length == 1 ? classes[0] : null;

        internal GrainReference MakeReference(LocalSilo silo, GrainId grainId) => (_make ??= ReferenceTypes.MakerOf(contract))(silo, grainId);
    }
}
