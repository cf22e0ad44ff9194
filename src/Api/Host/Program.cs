using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pos.Api;
using Pos.Api.Host;
using Pos.Hosting;
using Pos.Hosting.Telemetry;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The settings lie beside the program, whatever folder it is started from.
    ContentRootPath = AppContext.BaseDirectory,
});

try
{
    builder.Services.AddSingleton(TimeProvider.System);
    var cluster = ClusterSettings.Read(builder.Configuration);
    builder.AddTelemetry("pos-api");
    builder.AddClusterClient(cluster);
    builder.Services.AddPosApi(builder.Configuration);

    var app = builder.Build();
    app.RequireValidSettings();
    app.UseClusterClient();
    app.MapPosApi();
    app.MapDashboard(cluster);
    // Read now: the host disposes its services before it throws.
    var stopping = app.Lifetime.ApplicationStopping;
    try
    {
        await app.RunAsync();
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        // The host was stopped while it started.
    }

    return 0;
}
catch (Exception refusal) when (refusal is ClusterRefusedException or OptionsValidationException || StartSettings.IsUnreadable(refusal))
{
    // What an operator has to act on is one sentence, not a stack trace.
    await Console.Error.WriteLineAsync($"The API does not start: {refusal.Message}");
    return 1;
}
