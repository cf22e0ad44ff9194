using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pos.Api.Stores;

namespace Pos.Api.Access;

/// <summary>Who asks, and who stands behind it: for one request.</summary>
internal sealed class RequestAccess(Caller caller, Caller? approver)
{
    /// <summary>The header with the second key.</summary>
    public const string ApprovalHeader = "X-Approval";

    public string Actor => caller.Actor;

    /// <inheritdoc cref="Operation.ApprovedBy"/>
    public string ApprovedBy => caller.Approves ? caller.Actor : approver?.Actor ?? "";

    /// <summary>Whether the keys open all stores, so that nobody has to look which store a thing belongs to.</summary>
    public bool IsEverywhere => caller.Stores is null && approver?.Stores is null;

    /// <summary>How much the caller may ask for.</summary>
    public Allowance Allowance => caller.Allowance;

    /// <summary>Of a request that was let in.</summary>
    public static RequestAccess Of(HttpContext context) => context.Features.GetRequiredFeature<RequestAccess>();

    /// <summary>Whether the caller sees a store.</summary>
    public bool Knows(StoreId store) => caller.Knows(store);

    /// <summary>The refusal of a store, or null when the keys open it. A store that the caller's key does not open is answered like one that does not exist.</summary>
    public Refusal? Refuse(StoreId store) => RefuseOthers(store) ? StoresApi.Unknown(store) : RefuseApprover(store);

    /// <inheritdoc cref="Refuse(StoreId)"/>
    public Refusal? Refuse(StoreId? store, Refusal unknown) => store is not { } known || RefuseOthers(known) ? unknown : RefuseApprover(known);

    /// <summary>The refusal of a change to what all stores share, or null. Only the second key is looked at here; the permission has asked for the first.</summary>
    public Refusal? RefuseForAllStores() => approver is { Stores: not null }
        ? new Refusal(Problems.ApprovalRefused, "The second key is a manager's, but not of all stores, which share this.")
        : null;

    private bool RefuseOthers(StoreId store) => !caller.Knows(store);

    private Refusal? RefuseApprover(StoreId store) => approver is null || approver.Knows(store)
        ? null
        : new Refusal(Problems.ApprovalRefused, "The second key is a manager's, but of other stores.");
}
