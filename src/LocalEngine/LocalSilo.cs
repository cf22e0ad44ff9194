using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;
namespace Pos.LocalEngine;
internal sealed class LocalSilo(IServiceProvider services) : IClusterClient, IHostedService
{
    public IServiceProvider ServiceProvider => services;
    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidKey => throw new NotSupportedException();
    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey => throw new NotSupportedException();
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey => throw new NotSupportedException();
    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw new NotSupportedException();
    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw new NotSupportedException();
    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();
    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable => throw new NotSupportedException();
    public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    internal object MakeReference(Type interfaceType, GrainId grainId) => throw new NotSupportedException();
}
