using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Pos.Api.Input;

/// <summary>Finds the parameter of a request that its endpoint could not read.</summary>
internal static class UnreadParameter
{
    /// <summary>The refusal of the first parameter that is missing or malformed; null when there is none.</summary>
    public static Refusal? Find(HttpContext context)
    {
        foreach (var parameter in context.GetEndpoint()?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
        {
            if (TextIds.Of(parameter.ParameterInfo.ParameterType) is not { } id)
            {
                continue;
            }

            var text = context.Request.RouteValues.TryGetValue(parameter.Name, out var inPath) ? inPath as string : context.Request.Query[parameter.Name].ToString();
            if (!id.Takes(text) && !(parameter.IsOptional && string.IsNullOrEmpty(text)))
            {
                return new Refusal(Problems.InvalidParameter, $"The parameter '{parameter.Name}' is missing or malformed: {id.Rule}.");
            }
        }

        return null;
    }
}
