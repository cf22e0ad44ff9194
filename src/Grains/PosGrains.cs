using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Pos.Grains;

/// <summary>Registers the grains.</summary>
public static class PosGrains
{
    /// <summary>Section of the settings.</summary>
    public const string Section = "Pos:Grains";

    /// <summary>Registers the services of the grains, with settings from <see cref="Section"/>. Orleans and the journal are registered by the host.</summary>
    public static IServiceCollection AddPosGrains(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddPosGrains(options => configuration.GetSection(Section).Bind(options));
    }

    /// <summary>Registers the services of the grains. A <see cref="TimeProvider"/> or <see cref="Random"/> registered before is used.</summary>
    public static IServiceCollection AddPosGrains(this IServiceCollection services, Action<GrainsOptions> configure)
    {
        services.AddOptions<GrainsOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GrainsOptions>, GrainsOptionsValidation>();
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
#pragma warning disable RS0030 // This is the seam that the ban points to.
        services.TryAddSingleton(Random.Shared);
#pragma warning restore RS0030
        services.TryAddSingleton<GrainInstruments>();
        services.TryAddSingleton<GrainServices>();
        services.TryAddSingleton<ISilos, OnlySilo>();
        services.AddHostedService<WakeUpDispatcher>();
        services.AddHostedService<PaymentNewsListener>();
        return services;
    }

    private sealed class GrainsOptionsValidation : IValidateOptions<GrainsOptions>
    {
        public ValidateOptionsResult Validate(string? name, GrainsOptions options)
        {
            var problems = options.Problems().ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}
