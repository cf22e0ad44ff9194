using Orleans.Runtime;
namespace Pos.LocalEngine;
internal abstract class Activation
{
    internal static IGrainContext? Current => null;
    internal static Activation Of(IGrainContext context) => throw new NotSupportedException();
    internal abstract void DelayDeactivation(TimeSpan timeSpan);
    internal abstract IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options);
}
