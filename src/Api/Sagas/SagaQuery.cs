using System.Collections.Immutable;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace Pos.Api.Sagas;

/// <summary>A search among sagas. Every saga that owes something has a wake-up in the journal. The search asks those, so it needs no index.</summary>
internal sealed record SagaQuery(
    ImmutableArray<SagaKind> Kinds, string? State, TimeSpan? OlderThan, int Limit, ListCursors Cursors, string After, bool NeedsSomebody)
{
    // After so many attempts without an answer, or so long without a step, a saga does not come on by itself as sagas do.
    private const int AttemptsMin = 3;
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(5);

    // So many grains are asked for one page at most, and so many of them at a time.
    private const int AskedMax = 1_000;
    private const int FetchesMax = 16;

    /// <exception cref="RefusedRequestException">A parameter cannot be read.</exception>
    public static SagaQuery Of(HttpResponse response, string? kind, string? state, string? olderThan, string? owes, string? limit, string? cursor)
    {
        if (owes is not (null or "true" or "false"))
        {
            throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'owes' is true or false.");
        }

        var kinds = kind is null ? SagaKind.All : [SagaKind.Of(kind)];
        var (from, after) = (0, "");
        var cursors = Lists.Cursors.Of(response.HttpContext, $"sagas/{kind}/{state}/{olderThan}/{owes}");
        if (cursors.OpenText(cursor) is { Length: > 0 } place)
        {
            from = kinds.IndexOf(kinds.First(known => place.StartsWith(known.Name + "/", StringComparison.Ordinal)));
            after = place[(kinds[from].Name.Length + 1)..];
        }

        if (state is not null && !kinds.Any(known => known.States.Contains(state, StringComparer.Ordinal)))
        {
            var states = kinds.SelectMany(known => known.States).Distinct(StringComparer.Ordinal);
            throw new RefusedRequestException(Problems.InvalidParameter, $"The parameter 'state' is one of {string.Join(", ", states)}.");
        }

        return new(kinds[from..], state, olderThan is null ? null : Duration(olderThan), Paging.Limit(limit), cursors, after, owes == "true");
    }

    public async Task<Page<SagaView>> Run(IGrainFactory grains, DateTimeOffset now, CancellationToken cancelled)
    {
        var items = ImmutableArray.CreateBuilder<SagaView>();
        var (after, asked) = (After, 0);
        var directory = grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Everywhere);
        foreach (var kind in Kinds)
        {
            while (true)
            {
                var ids = await directory.Sagas(kind.Name, after, FetchesMax, cancelled);
                foreach (var saga in await Task.WhenAll(ids.Select(id => kind.Inspect(grains, id, cancelled))))
                {
                    if (saga is not null && Fits(saga, now) && (saga.Owes is not null || !kind.OwingOnly))
                    {
                        items.Add(saga);
                        after = saga.Id;
                        if (items.Count == Limit)
                        {
                            return new(items.DrainToImmutable(), true, Cursor(kind, after));
                        }
                    }
                }

                asked += ids.Length;
                if (ids.Length < FetchesMax)
                {
                    break;
                }

                after = ids[^1];
                if (asked >= AskedMax)
                {
                    return new(items.DrainToImmutable(), true, Cursor(kind, after));
                }
            }

            after = "";
        }

        return new(items.DrainToImmutable(), false, null);
    }

    private string Cursor(SagaKind kind, string id) => Cursors.Seal($"{kind.Name}/{id}");

    private static TimeSpan Duration(string text)
    {
        try
        {
            if (XmlConvert.ToTimeSpan(text) is var duration && duration >= TimeSpan.Zero)
            {
                return duration;
            }
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException)
        {
            // Said below.
        }

        throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'olderThan' is an ISO 8601 duration, for example PT5M.");
    }

    private bool Fits(SagaView saga, DateTimeOffset now) =>
        (State is null || saga.State == State)
        && (!NeedsSomebody || (saga.Owes is not null && (saga.Attempts >= AttemptsMin || now - saga.Since > StuckAfter)))
        && (OlderThan is not { } age || now - saga.Since > age);
}
