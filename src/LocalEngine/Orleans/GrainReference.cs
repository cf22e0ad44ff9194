using Pos.LocalEngine;

namespace Orleans.Runtime;

/// <summary>Stands for a grain: calls made of it go to the grain's activation, which is made when needed.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    internal GrainReference(LocalSilo silo, GrainId grainId)
    {
        Silo = silo;
        GrainId = grainId;
    }

    /// <summary>The grain's address.</summary>
    public GrainId GrainId { get; }

    /// <summary>The full name of the interface this reference was made for.</summary>
    public virtual string InterfaceName => "";

    internal LocalSilo Silo { get; }

    /// <summary>The same grain through another of its interfaces.</summary>
    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable => (TGrainInterface)CastTo(typeof(TGrainInterface));

    /// <inheritdoc/>
    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc/>
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => $"GrainReference:{GrainId}";

    /// <summary>Compares two references by the grain they stand for.</summary>
    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) => Equals(reference1, reference2);

    /// <summary>Compares two references by the grain they stand for.</summary>
    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !Equals(reference1, reference2);

    /// <summary>Makes a call of a method that returns <see cref="Task"/>.</summary>
    internal Task SendVoid(VoidCall call)
    {
        call.Target = this;
        if (Silo.OutgoingFilters.Length > 0)
        {
            return new OutgoingCall(call, Activation.Current, Silo.OutgoingFilters).Run();
        }

        call.Send();
        return call.Answer;
    }

    /// <summary>Makes a call of a method that returns <see cref="Task{TResult}"/>.</summary>
    internal Task<TResult> SendResult<TResult>(ResultCall<TResult> call)
    {
        call.Target = this;
        if (Silo.OutgoingFilters.Length > 0)
        {
            return Unbox<TResult>(new OutgoingCall(call, Activation.Current, Silo.OutgoingFilters).Run());
        }

        call.Send();
        return call.TypedAnswer;
    }

    /// <summary>Makes a call of a method that returns <see cref="ValueTask"/>.</summary>
    internal ValueTask SendVoidValue(VoidCall call) => new(SendVoid(call));

    /// <summary>Makes a call of a method that returns <see cref="ValueTask{TResult}"/>.</summary>
    internal ValueTask<TResult> SendResultValue<TResult>(ResultCall<TResult> call) => new(SendResult(call));

    internal object CastTo(Type interfaceType) =>
        interfaceType.IsInstanceOfType(this) ? this : Silo.MakeReference(interfaceType, GrainId);

    private static async Task<TResult> Unbox<TResult>(Task<object?> result) => (TResult)(await result)!;
}
