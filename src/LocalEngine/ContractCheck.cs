using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Numerics;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>
/// Checks what grain methods take and return. Calls copy nothing, so whatever travels must not change afterwards: it is marked
/// <see cref="ImmutableAttribute"/> or is immutable by its type. And it must be able to cross a network on the other engine: types
/// of our own carry <see cref="GenerateSerializerAttribute"/>, as does everything reached through their fields.
/// </summary>
internal sealed class ContractCheck
{
    private static readonly FrozenSet<Type> ImmutableTypes = FrozenSet.Create(
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly),
        typeof(TimeOnly), typeof(Uri), typeof(Version), typeof(BigInteger), typeof(Int128), typeof(UInt128), typeof(Half),
        typeof(CancellationToken));

    private static readonly FrozenSet<Type> ImmutableGenerics = FrozenSet.Create(
        typeof(Nullable<>), typeof(KeyValuePair<,>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableDictionary<,>),
        typeof(ImmutableHashSet<>), typeof(ImmutableSortedDictionary<,>), typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>),
        typeof(ImmutableStack<>), typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>),
        typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>), typeof(ValueTuple<,,,,,,,>), typeof(Tuple<>),
        typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>), typeof(Tuple<,,,,>));

    private readonly HashSet<(Type, bool)> _seen = [];
    private readonly Dictionary<Assembly, ILookup<Type, Type>> _derived = [];
    private readonly List<string> _problems = [];

    /// <summary>Everything wrong with the methods of these interfaces, by name.</summary>
    internal static IEnumerable<string> Problems(IEnumerable<Type> interfaces)
    {
        var check = new ContractCheck();
        foreach (var method in interfaces.SelectMany(contract => contract.GetMethods(BindingFlags.Public | BindingFlags.Instance)))
        {
            check.CheckMethod(method);
        }

        return check._problems;
    }

    private void CheckMethod(MethodInfo method)
    {
        var name = $"{method.DeclaringType!.FullName}.{method.Name}";
        var result = ReferenceTypes.ResultOf(method);
        if (result is null)
        {
            _problems.Add($"{name} returns {Name(method.ReturnType)}: a grain method returns Task, Task<T>, ValueTask or ValueTask<T>");
            return;
        }

        if (method.IsGenericMethodDefinition)
        {
            _problems.Add($"{name} is generic: calls of generic methods are not supported");
            return;
        }

        if (result != typeof(void))
        {
            CheckType(result, !method.ReturnParameter.IsDefined(typeof(ImmutableAttribute)), $"the result of {name}");
        }

        foreach (var parameter in method.GetParameters())
        {
            var place = $"parameter '{parameter.Name}' of {name}";
            if (parameter.ParameterType.IsByRef)
            {
                _problems.Add($"{place} is passed by reference");
            }
            else
            {
                CheckType(parameter.ParameterType, !parameter.IsDefined(typeof(ImmutableAttribute)), place);
            }
        }
    }

    /// <param name="type">The type to check.</param>
    /// <param name="mustBeImmutable">False below an author's word that it does not change.</param>
    /// <param name="place">Where it was met.</param>
    private void CheckType(Type type, bool mustBeImmutable, string place)
    {
        if (!_seen.Add((type, mustBeImmutable)) || IsAlwaysFine(type))
        {
            return;
        }

        if (type.IsArray)
        {
            Refuse(mustBeImmutable, type, place);
            CheckType(type.GetElementType()!, mustBeImmutable, place);
        }
        else if (IsForeign(type))
        {
            if (!(type.IsGenericType && ImmutableGenerics.Contains(type.GetGenericTypeDefinition())))
            {
                Refuse(mustBeImmutable, type, place);
            }

            foreach (var argument in type.GetGenericArguments())
            {
                CheckType(argument, mustBeImmutable, place);
            }
        }
        else
        {
            CheckOwn(type, mustBeImmutable, place);
        }
    }

    private void CheckOwn(Type type, bool mustBeImmutable, string place)
    {
        if (!type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
        {
            _problems.Add($"{Name(type)} lacks [GenerateSerializer] ({place})");
        }

        var isMarked = type.IsDefined(typeof(ImmutableAttribute), inherit: false);
        var isReadOnlyStruct = type.IsValueType && type.IsDefined(typeof(System.Runtime.CompilerServices.IsReadOnlyAttribute), inherit: false);
        if (!isMarked && !isReadOnlyStruct)
        {
            Refuse(mustBeImmutable, type, place);
        }

        foreach (var field in FieldsOf(type))
        {
            var isMarkedField = isMarked || field.IsDefined(typeof(ImmutableAttribute), inherit: false);
            CheckType(field.FieldType, mustBeImmutable && !isMarkedField, $"{Name(type)}, met in {place}");
        }

        foreach (var derived in DerivedFrom(type))
        {
            CheckType(derived, mustBeImmutable, $"a case of {Name(type)}, met in {place}");
        }
    }

    private void Refuse(bool mustBeImmutable, Type type, string place)
    {
        if (mustBeImmutable)
        {
            _problems.Add($"{Name(type)} is neither [Immutable] nor immutable by its type ({place})");
        }
    }

    private static bool IsAlwaysFine(Type type) =>
        type.IsPrimitive || type.IsEnum || ImmutableTypes.Contains(type) || type.Assembly == typeof(GrainId).Assembly
        || typeof(IAddressable).IsAssignableFrom(type) || typeof(Exception).IsAssignableFrom(type);

    /// <summary>The platform's types carry no attributes of ours.</summary>
    private static bool IsForeign(Type type) =>
        type.Namespace is { } name && (name == "System" || name.StartsWith("System.", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.", StringComparison.Ordinal));

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var part = type; part is not null && !IsForeign(part); part = part.BaseType)
        {
            foreach (var field in part.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.IsDefined(typeof(NonSerializedAttribute), inherit: false))
                {
                    yield return field;
                }
            }
        }
    }

    /// <summary>Whoever sends the base sends any of these.</summary>
    private IEnumerable<Type> DerivedFrom(Type type)
    {
        if (type.IsValueType || type.IsSealed || type.IsGenericType)
        {
            return [];
        }

        if (!_derived.TryGetValue(type.Assembly, out var derived))
        {
            derived = type.Assembly.GetTypes().Where(candidate => candidate.BaseType is not null).ToLookup(candidate => candidate.BaseType!);
            _derived.Add(type.Assembly, derived);
        }

        return derived[type].Where(candidate => !candidate.IsGenericTypeDefinition);
    }

    private static string Name(Type type) =>
        type.IsGenericType
            ? $"{type.Namespace}.{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.FullName ?? type.Name;
}
