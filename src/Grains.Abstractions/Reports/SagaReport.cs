using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Reports;

/// <summary>A question about what is under way.</summary>
/// <param name="OlderThan">Only what has not come on for so long.</param>
/// <param name="After">The place behind which the page begins, or empty.</param>
/// <param name="Limit">Rows at most; 0 for all.</param>
[GenerateSerializer, Immutable, Alias("pos.SagaQuestion")]
public sealed record SagaQuestion(TimeSpan OlderThan, string After, int Limit);

/// <summary>What a store has under way.</summary>
/// <param name="Store">The store.</param>
/// <param name="Freshness">How true the report is.</param>
/// <param name="Open">What is under way by kind and last step.</param>
/// <param name="WithoutOutcome">Card payments whose outcome nobody knows yet.</param>
/// <param name="Rows">A page of what is under way, what has waited longest first.</param>
/// <param name="Next">The place behind the last row; empty when there is no next page.</param>
[GenerateSerializer, Immutable, Alias("pos.SagaReport")]
public sealed record SagaReport(
    StoreId Store,
    ReportFreshness Freshness,
    ImmutableArray<SagaCount> Open,
    long WithoutOutcome,
    ImmutableArray<SagaRow> Rows,
    [property: System.Text.Json.Serialization.JsonIgnore] string Next);

/// <summary>How many are at one step.</summary>
/// <param name="Kind">order, payment, return or cart.</param>
/// <param name="Step">The last event, for example <c>order.placed</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="Slow">Those of them that have not come on for a minute.</param>
/// <param name="Stuck">Those of them that have not come on for five minutes.</param>
[GenerateSerializer, Immutable, Alias("pos.SagaCount")]
public sealed record SagaCount(string Kind, string Step, long Count, long Slow, long Stuck);

/// <summary>Something that is under way.</summary>
/// <param name="Kind">order, payment, return or cart.</param>
/// <param name="Id">Its id.</param>
/// <param name="Step">Its last event.</param>
/// <param name="Since">When that was recorded, UTC.</param>
/// <param name="Began">When it began, UTC.</param>
/// <param name="Cause">Why it gives back what it took, for example the reason of a cancellation; null while it comes on.</param>
[GenerateSerializer, Immutable, Alias("pos.SagaRow")]
public sealed record SagaRow(string Kind, string Id, string Step, DateTimeOffset Since, DateTimeOffset Began, string? Cause);
