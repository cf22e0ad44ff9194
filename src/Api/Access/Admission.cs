using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace Pos.Api.Access;

/// <summary>
/// Decides who is let in: by what an endpoint declares, by the keys that a request bears, and by the stores that it touches. The gate asks
/// nothing else, so whatever else lets requests in can ask the same.
/// </summary>
internal static class Admission
{
    private static readonly Refusal UnknownApprover = new(Problems.ApprovalRefused, $"{RequestAccess.ApprovalHeader} is not the key of a manager.");

    /// <summary>Why a request is not let in whatever it touches, or null.</summary>
    /// <param name="permission">What the endpoint asks of its callers; null for an endpoint that is open to nobody.</param>
    /// <param name="owner">How the endpoint finds whose what it touches is.</param>
    /// <param name="caller">Whose key the request bears.</param>
    /// <param name="isSeconded">Whether a second key stands beside it.</param>
    /// <param name="approver">Whose that is; null for nobody's.</param>
    /// <param name="access">What the request may do, when it is let in.</param>
    public static Refusal? Refuse(Permission? permission, Owner? owner, Caller caller, bool isSeconded, Caller? approver, out RequestAccess access)
    {
        access = new RequestAccess(caller, approver);
        // An endpoint of which nobody said whose it is would not have let the host start. Whoever gets here past that is refused.
        return permission is null || owner is null || !caller.Has(permission) ? Forbidden(caller, owner is null ? null : permission)
            : isSeconded && approver is not { Approves: true } ? UnknownApprover
            : null;
    }

    /// <summary>
    /// Why what a request touches is not for whoever asks, or null. The resource comes first and always: nothing that a request says of stores
    /// stands in for what it touches.
    /// </summary>
    public static async ValueTask<Refusal?> RefuseStore(Owner owner, RequestAccess access, HttpContext context, IGrainFactory grains) => access.IsEverywhere
        ? null
        : await owner.Refuse(access, context, grains) ?? (owner == Owner.InBody ? null : Owner.RefuseNamed(access, context.Request));

    private static Refusal Forbidden(Caller caller, Permission? permission) => new(
        Problems.Forbidden,
        permission is null ? "Nobody may."
        : caller.Role < permission.Role ? $"It takes {Name(permission.Role)}, and the key is {Name(caller.Role)}'s."
        : "It takes a key for all stores.");

    // With its article, which differs: an operator.
    private static string Name(Role role) => role switch
    {
        Role.Reader => "a reader",
        Role.Cashier => "a cashier",
        Role.Manager => "a manager",
        Role.Operator => "an operator",
        _ => throw new UnreachableException(),
    };
}
