using Pos.Bench.Bare;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Host.UseOrleans(silo => silo.UseLocalhostClustering(
    builder.Configuration.GetValue("SiloPort", 0), builder.Configuration.GetValue("GatewayPort", 0)));
var app = builder.Build();
app.MapGet("/health/ready", (IGrainFactory grains) => grains.GetGrain<IBareGrain>("one").Echo("ready"));
await app.RunAsync();

namespace Pos.Bench.Bare
{
    /// <summary>The one grain.</summary>
    public interface IBareGrain : IGrainWithStringKey
    {
        /// <summary>Returns its argument.</summary>
        Task<string> Echo(string value);
    }

    /// <inheritdoc/>
    internal sealed class BareGrain : Grain, IBareGrain
    {
        /// <inheritdoc/>
        public Task<string> Echo(string value) => Task.FromResult(value);
    }
}
