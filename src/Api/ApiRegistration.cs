using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pos.Api.Barcodes;
using Pos.Api.Carts;
using Pos.Api.Catalogue;
using Pos.Api.Health;
using Pos.Api.OpenApi;
using Pos.Api.Orders;
using Pos.Api.Payments;
using Pos.Api.Reports;
using Pos.Api.Returns;
using Pos.Api.Sagas;
using Pos.Api.Stock;
using Pos.Api.Stores;
using Pos.Hosting.Telemetry;

namespace Pos.Api;

/// <summary>Puts the HTTP API into a host.</summary>
public static class ApiRegistration
{
    /// <summary>Registers what the API needs: its limits, its JSON, its document, its health checks. The host brings the grains.</summary>
    public static IServiceCollection AddPosApi(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<ApiOptions>().Bind(configuration.GetSection("Api")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptionsCheck>();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelLimits>();
        services.ConfigureHttpJsonOptions(static json => ApiJson.ApplyTo(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
        // The framework writes the path of every request as it came, line breaks and all; ours names the route.
        services.AddLogging(static logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning));
        services.AddSingleton<Callers>();
        services.AddSingleton<Rates>();
        services.AddSingleton<Cursors>();
        services.AddTransient<IStartupFilter, OwnerCheck>();
        // Where the certificate is ours too: no answer carries a secret beside what its reader has sent.
        services.AddResponseCompression(static options => options.EnableForHttps = true);
        services.AddCors();
        services.AddHealth();
        services.AddApiDocument();
        return services;
    }

    /// <summary>Maps the health probes and <c>/metrics</c> alone, for a process that serves no requests.</summary>
    public static WebApplication MapPosHealth(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseProbeListener();
        app.UseHead();
        app.UseRouting();
        app.UseProblems();
        app.UseGate();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }

    /// <summary>Maps the endpoints under <c>/api/v1</c>, the API's document and its page, and the health probes.</summary>
    public static WebApplication MapPosApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseProbeListener();
        app.UseHead();
        app.UseRouting();
        app.UseProblems();
        app.UseBrowsers();
        // Lists are what may be large, and have no entity tag, which names one encoding.
        app.UseWhen(static context => context.GetEndpoint()?.Metadata.GetMetadata<ChargedByItem>() is not null, static lists => lists.UseResponseCompression());
        app.UseGate();
        app.UseInputRules();
        app.UseApiPage();
        app.MapEndpoints();
        app.MapHealth();
        app.MapMetrics();
        app.MapApiDocument();
        return app;
    }

    /// <summary>Maps what is served under <c>/api/v1</c>.</summary>
    internal static void MapEndpoints(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1");
        api.MapStores();
        api.MapProducts();
        api.MapSearch();
        api.MapStock();
        api.MapHolds();
        api.MapBarcodes();
        api.MapCarts();
        api.MapOrders();
        api.MapReceipts();
        api.MapReturns();
        api.MapPayments();
        api.MapSagas();
        api.MapReports();
        api.MapReportConsumers();
        api.RefusesWhatItsShapeImplies();
    }
}
