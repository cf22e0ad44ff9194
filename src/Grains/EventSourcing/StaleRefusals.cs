namespace Pos.Grains.EventSourcing;

/// <summary>
/// Which refusals an activation may give only when it is the newest one. Orleans may run two activations of one grain for a while; the older
/// one does not see what the newer one has accepted. If it refused a repeated request, one request would have two verdicts.
/// </summary>
internal static class StaleRefusals
{
    /// <summary>Whether an activation that another has overtaken could give this refusal wrongly.</summary>
    public static bool CanBeStale(RejectionCode code) => code switch
    {
        // The stream contains the operation with another fingerprint. No later event changes that.
        RejectionCode.OperationReused => false,

        // These say "try again". The caller repeats the request and learns the truth then.
        RejectionCode.JournalFull or RejectionCode.TooManyPending => false,

        // A hot item that is sold out refuses thousands of times a second, and each check would read the journal.
        RejectionCode.InsufficientStock => false,

        _ => true,
    };
}
