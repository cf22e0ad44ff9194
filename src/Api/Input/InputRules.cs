using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Pos.Api.Input;

/// <summary>The checks that all endpoints of the API share. They run behind the gate and before the handler.</summary>
internal static class InputRules
{
    private const string Identity = "identity";

    private static readonly Refusal Encoded =
        new(Problems.UnsupportedEncoding, "The body is sent as it is: without Content-Encoding, or with Content-Encoding: identity.");

    public static void UseInputRules(this WebApplication app) => app.Use(static next => context =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<QueryParameters>() is not { } query)
        {
            return next(context);
        }

        var refused = (context.Request.QueryString.HasValue ? query.Refuse(context.Request.Query) : null) ?? RefuseEncoding(context);
        return refused?.ExecuteAsync(context) ?? next(context);
    });

    private static Refusal? RefuseEncoding(HttpContext context)
    {
        var encodings = context.Request.Headers.ContentEncoding;
        if (encodings.Count == 0 || IsIdentity(encodings) || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return null;
        }

        context.Response.Headers.AcceptEncoding = Identity;
        return Encoded;
    }

    private static bool IsIdentity(StringValues encodings)
    {
        foreach (var line in encodings)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                if (line.AsSpan()[part].Trim() is { IsEmpty: false } encoding && !encoding.Equals(Identity, StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
