using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Pos.Api;

/// <summary>The API's document at <c>/openapi/v1.json</c> and its page at <c>/</c>.</summary>
internal static class ApiDocument
{
    private const string Path = "/openapi/v1.json";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
    });

    public static void MapApiDocument(this IEndpointRouteBuilder app) => app.MapOpenApi();

    /// <summary>The page's files are asked only when no endpoint matches, so that requests to the API pass them by.</summary>
    public static void UseApiPage(this IApplicationBuilder app) => app.UseWhen(
        static context => context.GetEndpoint() is null && HttpMethods.IsGet(context.Request.Method),
        static page => page.UseSwaggerUI(options =>
        {
            options.RoutePrefix = "";
            options.DocumentTitle = "Pos.Orleans API";
            options.SwaggerEndpoint(Path, "Pos.Orleans API v1");
            options.EnableValidator(null);
        }));
}
