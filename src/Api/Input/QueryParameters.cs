using System.Collections.Immutable;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pos.Api.Input;

/// <summary>
/// The parameters that an endpoint takes in its query: those of its handler that are texts or ids and are not in its path. A handler cannot read a
/// parameter that it does not declare, so any other parameter would be ignored. It is refused instead.
/// </summary>
/// <param name="Names">As the handler declares them, by name.</param>
internal sealed record QueryParameters(ImmutableArray<string> Names)
{
    // The refusal shows so much of the name that was sent, enough to find it.
    private const int ShownMax = 40;

    // An empty search box, and a filter that is not set, are sent as they are by forms.
    private static readonly ImmutableArray<string> MayBeEmpty = ["q", "category"];

    /// <summary>The parameters of an endpoint that is being built.</summary>
    public static QueryParameters Of(EndpointBuilder endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var inPath = endpoint is RouteEndpointBuilder route ? route.RoutePattern.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase) : [];
        var handler = endpoint.Metadata.OfType<MethodInfo>().LastOrDefault();
        return new([
            .. (handler?.GetParameters() ?? [])
                .Where(parameter => IsText(parameter.ParameterType) && !inPath.Contains(parameter.Name!))
                .Select(parameter => parameter.Name!)
                .Order(StringComparer.Ordinal),
        ]);
    }

    /// <summary>The refusal of a query, or null.</summary>
    public Refusal? Refuse(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);
        foreach (var (sent, values) in query)
        {
            var name = Names.FirstOrDefault(known => known.Equals(sent, StringComparison.OrdinalIgnoreCase));
            if (name is null)
            {
                return Refuse(Unknown(sent));
            }

            if (values.Count > 1)
            {
                return Refuse($"The parameter '{name}' comes {values.Count} times; it is taken once.");
            }

            if (values[0] is null or "" && !MayBeEmpty.Contains(name))
            {
                return Refuse($"The parameter '{name}' is empty: give it a value, or leave it out.");
            }
        }

        return null;
    }

    private static Refusal Refuse(string detail) => new(Problems.InvalidParameter, detail);

    private string Unknown(string sent)
    {
        var shown = sent.Length <= ShownMax ? sent : sent[..ShownMax] + "…";
        return Names.IsEmpty
            ? $"There is no parameter '{shown}' here: this operation takes none in its query."
            : $"There is no parameter '{shown}' here. The nearest is '{Nearest.Of(sent, Names)}'; all are {string.Join(", ", Names)}.";
    }

    private static bool IsText(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare == typeof(string) || Array.Exists(bare.GetInterfaces(), IsParsable);
    }

    private static bool IsParsable(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IParsable<>);
}
