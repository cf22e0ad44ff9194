using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pos.Api;

/// <summary>Who asks, and who stands behind it: for one request.</summary>
internal sealed class Access(Caller caller, Caller? approver)
{
    /// <summary>The header with the second key.</summary>
    public const string ApprovalHeader = "X-Approval";

    public string Actor => caller.Actor;

    /// <inheritdoc cref="Operation.ApprovedBy"/>
    public string ApprovedBy => caller.Approves ? caller.Actor : approver?.Actor ?? "";

    /// <summary>Whether any store is as good as another to those who ask, so that nobody has to look whose a thing is.</summary>
    public bool IsEverywhere => caller.Stores is null && approver?.Stores is null;

    /// <summary>How much the caller may ask for.</summary>
    public Allowance Allowance => caller.Allowance;

    /// <summary>Of a request that was let in.</summary>
    public static Access Of(HttpContext context) => context.Features.GetRequiredFeature<Access>();

    /// <summary>Whether the caller sees a store.</summary>
    public bool Knows(StoreId store) => caller.Knows(store);

    /// <summary>Why nothing of a store is for this request, or null. What is in a store that the caller does not know does not exist for them.</summary>
    public Refusal? Refuse(StoreId store) => RefuseOthers(store) ? StoresApi.Unknown(store) : RefuseApprover(store);

    /// <inheritdoc cref="Refuse(StoreId)"/>
    public Refusal? Refuse(StoreId? store, Refusal unknown) => store is not { } known || RefuseOthers(known) ? unknown : RefuseApprover(known);

    /// <summary>Why what all stores share is not for this request, or null. Its own key was asked before: this is about the second one.</summary>
    public Refusal? RefuseForAllStores() => approver is { Stores: not null }
        ? new Refusal(Problems.ApprovalRefused, "The second key is a manager's, but not of all stores, which share this.")
        : null;

    private bool RefuseOthers(StoreId store) => !caller.Knows(store);

    private Refusal? RefuseApprover(StoreId store) => approver is null || approver.Knows(store)
        ? null
        : new Refusal(Problems.ApprovalRefused, "The second key is a manager's, but of other stores.");
}
