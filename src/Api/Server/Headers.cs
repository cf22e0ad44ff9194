using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pos.Api.Server;

/// <summary>What browsers and caches are told, and HEAD.</summary>
internal static class Headers
{
    private const string NothingIsAPage = "default-src 'none'; frame-ancestors 'none'";

    // The page draws itself with styles in its elements, and its icons are data.
    private const string ThePage =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Before anything is answered; again when an answer that was begun is thrown away.</summary>
    public static void Secure(HttpContext context)
    {
        var headers = context.Response.Headers;
        var isFile = context.GetEndpoint() is null && HttpMethods.IsGet(context.Request.Method);
        var isPage = isFile || context.GetEndpoint()?.Metadata.GetMetadata<OpensInBrowser>() is not null;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = isPage ? ThePage : NothingIsAPage;
        if (!isFile)
        {
            headers.CacheControl = "no-store";
        }

        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }

    /// <summary>HEAD is GET without its body, which the server leaves out.</summary>
    public static void UseHead(this IApplicationBuilder app) => app.Use(static next => context =>
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Request.Method = HttpMethods.Get;
        }

        return next(context);
    });

    /// <summary>Lets pages of the configured origins in, if there are any; their preflights come without a key.</summary>
    public static void UseBrowsers(this WebApplication app)
    {
        var origins = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.CorsOrigins;
        if (origins.Count > 0)
        {
            app.UseCors(policy => policy.WithOrigins([.. origins])
                .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
                .WithHeaders("Authorization", "Content-Type", IdempotencyKey.Header, RequestAccess.ApprovalHeader, "If-Match", "If-None-Match", "Prefer", "traceparent")
                .WithExposedHeaders("ETag", "Location", "Retry-After", "Preference-Applied"));
        }
    }
}
