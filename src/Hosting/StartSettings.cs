using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Pos.Hosting;

/// <summary>The settings of a program at its start. A setting that cannot be used ends the start with one sentence.</summary>
public static class StartSettings
{
    private static readonly string? Binder = typeof(ConfigurationBinder).Assembly.GetName().Name;

    /// <summary>Reads and validates all settings. A host that starts would do the same, and log the failure with its stack.</summary>
    /// <exception cref="OptionsValidationException">A setting is out of its range.</exception>
    public static void RequireValidSettings(this IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        try
        {
            host.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (AggregateException several) when (several.InnerExceptions.OfType<OptionsValidationException>().FirstOrDefault() is { } first)
        {
            throw first;
        }
    }

    /// <summary>Whether the start failed because a setting is no number, time or whatever else its type asks for. The message names the setting.</summary>
    public static bool IsUnreadable(Exception failure) => failure is InvalidOperationException && failure.Source == Binder;
}
