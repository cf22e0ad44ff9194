using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Pos.LocalEngine;

namespace Orleans;

/// <summary>Base class of grains. One activation exists per key, and one turn of it runs at a time.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    private IGrainFactory? _factory;

    /// <summary>Called by the engine through a derived class.</summary>
    protected Grain() => GrainContext = Activation.Current!;

    /// <summary>The activation this object belongs to.</summary>
    [AllowNull]
    public IGrainContext GrainContext { get; private set; }

    /// <summary>A reference to this grain.</summary>
    public GrainReference GrainReference => GrainContext.GrainReference;

    /// <summary>The grain's address as text.</summary>
    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>Makes references to other grains.</summary>
    protected IGrainFactory GrainFactory => _factory ??= ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <summary>Services that live as long as this activation.</summary>
    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

#pragma warning disable CA1725 // Orleans names these parameters differently in interface and class.
    /// <summary>Runs before the first request. If it fails, the waiting calls fail with its exception and the next call tries anew.</summary>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the last request. It does not run when the process dies.</summary>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;
#pragma warning restore CA1725

    /// <summary>Asks this activation to go as soon as no request runs; calls that arrive meanwhile wait for the next activation.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps the activation from being collected as idle.</summary>
    /// <param name="timeSpan">
    /// How long from now; <see cref="TimeSpan.MaxValue"/> and <see cref="Timeout.InfiniteTimeSpan"/> mean for ever, other times of zero or less
    /// give the usual age back.
    /// </param>
    protected void DelayDeactivation(TimeSpan timeSpan) => Activation.Of(GrainContext).DelayDeactivation(timeSpan);
}
