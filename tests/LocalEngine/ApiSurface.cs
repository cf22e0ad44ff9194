using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Pos.Tests;

/// <summary>One public type as text: what it is, and every member that others can use.</summary>
internal sealed record ApiType(string Name, string Kind, IReadOnlySet<string> Bases, IReadOnlySet<string> Members);

/// <summary>Reads the public types of an assembly file without loading it.</summary>
internal sealed class ApiSurface : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _reader;
    private readonly TypeNames _names = new();

    private ApiSurface(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _reader = _file.GetMetadataReader();
    }

    /// <summary>The public types by name; the namespaces are those whose first part is "Orleans".</summary>
    internal static IReadOnlyDictionary<string, ApiType> OfOrleans(string path)
    {
        using var surface = new ApiSurface(path);
        return surface._reader.TypeDefinitions
            .Where(handle => surface.IsVisible(handle) && TypeNames.NameOf(surface._reader, handle).StartsWith("Orleans.", StringComparison.Ordinal))
            .Select(surface.Read)
            .ToDictionary(type => type.Name);
    }

    public void Dispose() => _file.Dispose();

    private bool IsVisible(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem => IsVisible(type.GetDeclaringType()),
            _ => false,
        };
    }

    private ApiType Read(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        var parent = type.BaseType.IsNil ? "" : _names.NameOf(_reader, type.BaseType);
        var kind = KindOf(type, parent);
        HashSet<string> members =
        [
            .. type.GetMethods().Select(method => Describe(_reader.GetMethodDefinition(method), kind)).OfType<string>(),
            .. type.GetFields().Select(field => Describe(_reader.GetFieldDefinition(field))).OfType<string>(),
        ];
        HashSet<string> bases =
        [
            .. type.GetInterfaceImplementations()
                .Select(implemented => _names.NameOf(_reader, _reader.GetInterfaceImplementation(implemented).Interface)),
        ];
        return new ApiType(TypeNames.NameOf(_reader, handle), $"{kind}{Generics(type.GetGenericParameters(), "!")}", bases, members);
    }

    private static string KindOf(TypeDefinition type, string parent)
    {
        if (type.Attributes.HasFlag(TypeAttributes.Interface))
        {
            return "interface";
        }

        return parent switch
        {
            "System.Enum" => "enum",
            "System.ValueType" => "struct",
            "System.MulticastDelegate" => "delegate",
            _ => (type.Attributes & (TypeAttributes.Abstract | TypeAttributes.Sealed)) switch
            {
                TypeAttributes.Abstract | TypeAttributes.Sealed => $"static class",
                TypeAttributes.Abstract => $"abstract class : {parent}",
                TypeAttributes.Sealed => $"sealed class : {parent}",
                _ => $"class : {parent}",
            },
        };
    }

    private string? Describe(MethodDefinition method, string kind)
    {
        if (!IsUsable(method.Attributes))
        {
            return null;
        }

        var signature = method.DecodeSignature(_names, null);
        var parameters = method.GetParameters().Select(_reader.GetParameter).Where(parameter => parameter.SequenceNumber > 0)
            .ToDictionary(parameter => parameter.SequenceNumber - 1);
        var described = signature.ParameterTypes.Select(
            (type, index) => parameters.TryGetValue(index, out var parameter) ? $"{type} {_reader.GetString(parameter.Name)}{Default(parameter)}" : type);
        return $"{Modifiers(method.Attributes, kind)}{signature.ReturnType} {_reader.GetString(method.Name)}({string.Join(", ", described)})"
            + Generics(method.GetGenericParameters(), "!!");
    }

    private string? Describe(FieldDefinition field)
    {
        if ((field.Attributes & FieldAttributes.FieldAccessMask) is not (FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem)
            || field.Attributes.HasFlag(FieldAttributes.RTSpecialName))
        {
            return null;
        }

        var value = field.GetDefaultValue().IsNil ? "" : $" = {Constant(field.GetDefaultValue())}";
        var modifiers = field.Attributes.HasFlag(FieldAttributes.Literal) ? "const "
            : $"{(field.Attributes.HasFlag(FieldAttributes.Static) ? "static " : "")}{(field.Attributes.HasFlag(FieldAttributes.InitOnly) ? "readonly " : "")}";
        return $"{modifiers}{field.DecodeSignature(_names, null)} {_reader.GetString(field.Name)}{value}";
    }

    private static bool IsUsable(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    private static string Modifiers(MethodAttributes attributes, string kind)
    {
        var access = (attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public ? "" : "protected ";
        var isOverridable = attributes.HasFlag(MethodAttributes.Virtual) && !attributes.HasFlag(MethodAttributes.Final);

        // Whether a member of a struct or of a sealed class is virtual makes no difference to anybody.
        var dispatch = attributes.HasFlag(MethodAttributes.Static) ? "static "
            : attributes.HasFlag(MethodAttributes.Abstract) ? "abstract "
            : isOverridable && kind != "struct" && !kind.StartsWith("sealed", StringComparison.Ordinal) ? "virtual " : "";
        return access + dispatch;
    }

    private string Default(Parameter parameter) =>
        !parameter.Attributes.HasFlag(ParameterAttributes.Optional) ? ""
        : parameter.GetDefaultValue().IsNil ? " = default"
        : $" = {Constant(parameter.GetDefaultValue())}";

    private string Constant(ConstantHandle handle)
    {
        var constant = _reader.GetConstant(handle);
        var value = _reader.GetBlobReader(constant.Value).ReadConstant(constant.TypeCode);
        return value is null ? "null" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }

    private string Generics(GenericParameterHandleCollection handles, string prefix)
    {
        var described = handles.Select(_reader.GetGenericParameter).Select(parameter =>
        {
            var constraints = parameter.GetConstraints()
                .Select(constraint => _names.NameOf(_reader, _reader.GetGenericParameterConstraint(constraint).Type))
                .Order();
            return $" where {prefix}{parameter.Index} : {string.Join(", ", [$"{parameter.Attributes}", .. constraints])}";
        });
        return string.Concat(described);
    }
}
