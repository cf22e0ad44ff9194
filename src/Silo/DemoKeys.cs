using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Pos.Api;
using Pos.Api.Access;

namespace Pos.Silo;

/// <summary>
/// Keys for a first look: made anew at every start, shown on the console and nowhere else. Only with the demo shop, and only where no
/// keys are configured: who has configured some has decided who comes in.
/// </summary>
internal sealed class DemoKeys
{
    private static readonly string[] Roles = ["reader", "cashier", "manager", "operator"];

    /// <summary>Role and key.</summary>
    public IReadOnlyList<(string Role, string Key)> Keys { get; } = [.. Roles.Select(role => (role, New()))];

    public void AddTo(ApiOptions options)
    {
        foreach (var (role, key) in Keys)
        {
            options.Keys.Add(new ApiKeyOptions
            {
                Actor = $"demo-{role}",
                Role = role,
                Stores = { "*" },
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
            });
        }
    }

    private static string New() => "pos_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}

/// <summary>Registers and shows the demo's keys where they are wanted.</summary>
internal static class DemoKeysServices
{
    public static void AddDemoKeys(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.GetValue("Pos:Demo", true) && !configuration.GetSection("Api:Keys").GetChildren().Any())
        {
            var demo = new DemoKeys();
            services.AddSingleton(demo);
            services.Configure<ApiOptions>(demo.AddTo);
        }
    }

    public static void SayDemoKeys(this WebApplication app)
    {
        if (app.Services.GetService<DemoKeys>() is not { } demo)
        {
            return;
        }

        // To the console and not to the log: a log is kept, and keys do not belong there.
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            Console.WriteLine("Keys of this demonstration, until it stops (configure Api:Keys for others):");
            foreach (var (role, key) in demo.Keys)
            {
                Console.WriteLine(role == "operator" ? $"  export POS_KEY={key}   # operator: may do everything" : $"  export POS_{role.ToUpperInvariant()}_KEY={key}");
            }
        });
    }
}
