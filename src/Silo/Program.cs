using Microsoft.Extensions.Options;
using Pos.Api;
using Pos.Api.Access;
using Pos.Grains;
using Pos.Hosting;
using Pos.Hosting.Telemetry;
using Pos.Journal;
using Pos.Payments;
using Pos.Payments.Simulator;
using Pos.Silo;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The settings lie beside the program, whatever folder it is started from; ./data lies in that folder.
    ContentRootPath = AppContext.BaseDirectory,
});

try
{
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddJournal(builder.Configuration);
    builder.Services.AddPayments(builder.Configuration, builder.Environment.EnvironmentName);
    var cluster = ClusterSettings.Read(builder.Configuration);
    builder.AddTelemetry("pos-silo");
    builder.AddOrleansSilo(cluster);
    builder.Services.AddPosGrains(builder.Configuration);
    builder.Services.AddPosFeeds(builder.Configuration);
    builder.Services.AddPosApi(builder.Configuration);
    builder.Services.AddJournalHealth();
    if (cluster.Role == HostRole.All)
    {
        builder.Services.AddDemoKeys(builder.Configuration);
    }

    builder.Services.AddDemoShop(cluster, builder.Configuration);

    var app = builder.Build();
    // Before the host starts, which would log a refusal of its own with its stack.
    app.RequireValidSettings();
    app.Services.GetRequiredService<IJournal>();
    app.Services.GetRequiredService<IPaymentProvider>();
    app.RequireFreePorts();
    await app.OpenDatabases();
    if (cluster.Role == HostRole.All)
    {
        app.UseDemoShop();
        app.MapPosApi();
        app.MapVerification();
        app.MapDashboard(cluster);
    }
    else
    {
        app.MapPosHealth();
    }

    app.SayWhereItListens();
    app.SayDemoKeys();
    var demo = app.Services.GetService<DemoShop>();
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

    demo?.RequireFilled();
    return 0;
}
catch (Exception refusal) when (refusal is JournalRefusedException or JournalUnavailableException or JournalInUseException or JournalCorruptException or LedgerUnavailableException
    or ClusterRefusedException or DemoShopRefusedException or OptionsValidationException || StartSettings.IsUnreadable(refusal))
{
    // What an operator has to act on is one sentence, not a stack trace.
    await Console.Error.WriteLineAsync($"The silo does not start: {refusal.Message}");
    return 1;
}
