using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace Pos.Tests.Wire;

/// <summary>One thing that silos of different releases have to agree on: a field, a case, a method, or that a type is there at all.</summary>
/// <param name="Of">The type's alias.</param>
/// <param name="Key">What it is found by on the wire: a field's number, a case's value, a method's alias; empty for the type.</param>
/// <param name="Shape">What it looks like there; another shape under the same key is another contract.</param>
internal sealed record WireContract(string Of, string Key, string Shape)
{
    public override string ToString() => Key.Length == 0 ? $"{Of} {Shape}" : $"  {Key} {Shape}";
}

/// <summary>Reads the contracts off the assemblies, as Orleans' generator numbers and names them.</summary>
internal static class WireContracts
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Everything that travels, by alias.</summary>
    public static ImmutableArray<WireContract> Of(params ReadOnlySpan<Assembly> assemblies)
    {
        var types = new List<Type>();
        foreach (var assembly in assemblies)
        {
            types.AddRange(assembly.GetTypes().Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)
                || (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))));
        }

        var grains = new List<WireContract>();
        foreach (var assembly in assemblies)
        {
            grains.AddRange(assembly.GetTypes().Where(type => type.IsDefined(typeof(GrainTypeAttribute), inherit: false)).Select(OfGrain));
        }

        return [.. grains.OrderBy(grain => grain.Of, StringComparer.Ordinal), .. types.OrderBy(AliasOf, StringComparer.Ordinal).SelectMany(Of)];
    }

    // The first half of every grain's id.
    private static WireContract OfGrain(Type type) => new(
        (string)type.GetCustomAttributesData().Single(attribute => attribute.AttributeType == typeof(GrainTypeAttribute)).ConstructorArguments[0].Value!,
        "",
        $"grain : {string.Join(", ", type.GetInterfaces().Where(contract => contract.IsDefined(typeof(AliasAttribute), inherit: false)).Select(AliasOf).Order(StringComparer.Ordinal))}");

    private static IEnumerable<WireContract> Of(Type type) =>
        type.IsInterface ? OfInterface(type) : type.IsEnum ? OfEnum(type) : OfClass(type);

    private static IEnumerable<WireContract> OfInterface(Type type)
    {
        var alias = AliasOf(type);
        var inherited = type.GetInterfaces().Where(parent => parent.Assembly == type.Assembly).Select(AliasOf).Order(StringComparer.Ordinal);
        yield return new(alias, "", $"interface{(inherited.Any() ? " : " + string.Join(", ", inherited) : "")}");
        foreach (var method in type.GetMethods(Declared).OrderBy(AliasOf, StringComparer.Ordinal))
        {
            yield return new(alias, AliasOf(method), $"({string.Join(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType)))}) {Name(method.ReturnType)}");
        }
    }

    private static IEnumerable<WireContract> OfEnum(Type type)
    {
        yield return new(AliasOf(type), "", $"enum : {Name(Enum.GetUnderlyingType(type))}");
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static).OrderBy(field => Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)))
        {
            yield return new(AliasOf(type), Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)!, field.Name);
        }
    }

    private static IEnumerable<WireContract> OfClass(Type type)
    {
        var alias = AliasOf(type);
        var kin = type.BaseType is { } parent && parent.IsDefined(typeof(AliasAttribute), inherit: false) ? $" : {AliasOf(parent)}" : "";
        yield return new(alias, "", (type.IsValueType ? "struct" : "class") + kin);
        var id = 0;
        foreach (var parameter in PrimaryParameters(type))
        {
            // Records have their constructor's parameters numbered by place.
            yield return new(alias, id++.ToString(CultureInfo.InvariantCulture), $"{Name(parameter.ParameterType)} {parameter.Name}");
        }

        var numbered = type.GetMembers(Declared).Where(member => member is PropertyInfo or FieldInfo)
            .Select(member => (Member: member, Id: member.GetCustomAttribute<IdAttribute>()?.Id)).Where(found => found.Id is not null).OrderBy(found => found.Id);
        foreach (var (member, number) in numbered)
        {
            yield return new(alias, $"[{number}]", $"{Name(member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType)} {member.Name}");
        }
    }

    private static ParameterInfo[] PrimaryParameters(Type type)
    {
        var isRecord = type.GetMethod("PrintMembers", Declared) is not null;
        return isRecord
            ? type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
                .Select(constructor => constructor.GetParameters())
                .Where(parameters => parameters.All(parameter => type.GetProperty(parameter.Name!, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)?.PropertyType == parameter.ParameterType))
                .MaxBy(parameters => parameters.Length) ?? []
            : [];
    }

    private static string AliasOf(MemberInfo member) =>
        member.GetCustomAttributes<AliasAttribute>(inherit: false).SingleOrDefault()?.Alias
        ?? throw new InvalidOperationException($"{member.DeclaringType?.FullName}.{member.Name} travels and has no [Alias].");

    private static string Name(Type type)
    {
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[]";
        }

        var plain = type.IsDefined(typeof(AliasAttribute), inherit: false) && !type.IsGenericParameter ? AliasOf(type) : type.Name;
        var tick = plain.IndexOf('`', StringComparison.Ordinal);
        plain = tick < 0 ? plain : plain[..tick];
        return type.IsGenericType ? $"{plain}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : plain;
    }
}
