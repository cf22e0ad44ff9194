using Orleans;
using Orleans.Concurrency;

namespace Pos;

/// <summary>Makes a command repeatable, and says who sends it.</summary>
/// <param name="Id">Names the operation at its target: the same id again is the same operation and has no second effect.</param>
/// <param name="Fingerprint">Hash of the parsed command; the same id with another fingerprint is refused.</param>
/// <param name="NotAfter">Until then the target remembers the id; afterwards it refuses the operation unless it still knows it. UTC.</param>
/// <param name="Actor">The actor: a person, a key or a saga. Empty when unknown.</param>
/// <param name="Till">The till it comes from, or empty.</param>
/// <param name="Correlation">Shared by everything one request caused, or empty.</param>
/// <param name="TraceParent">W3C trace context, or empty.</param>
/// <param name="ApprovedBy">The manager who approved it: the actor or someone else; empty when nobody did.</param>
/// <param name="IfVersion">
/// The version at which the stream has to stand for the operation to take effect, or null for any. A repetition of what has been done is
/// accepted at any version.
/// </param>
/// <param name="Keyed">
/// Whether the caller chose a key for it, so that it may be repeated after others have done something else: its target remembers it even when it
/// changes nothing.
/// </param>
[GenerateSerializer, Immutable, Alias("pos.Operation")]
public sealed record Operation(
    string Id,
    string Fingerprint,
    DateTimeOffset NotAfter,
    string Actor = "",
    string Till = "",
    string Correlation = "",
    string TraceParent = "",
    string ApprovedBy = "",
    long? IfVersion = null,
    bool Keyed = false);
