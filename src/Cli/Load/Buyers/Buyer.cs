using System.Net.Sockets;
using Pos.Cli.Server;

namespace Pos.Cli.Load.Buyers;

/// <summary>One client, which has one session after another over one connection.</summary>
internal sealed class Buyer(LoadPlan plan, Customers customers, Uri target, string? key, Figures figures, TimeProvider time) : IDisposable
{
    private readonly HttpWire _wire = new(target, plan.AnswerMax);
    private readonly Requests _requests = new(plan, target, key);

    /// <summary>Has one session.</summary>
    /// <param name="session">The session's number. The same number makes the same requests with the same keys.</param>
    /// <param name="measured">Whether the times of the answers are counted.</param>
    /// <param name="retryFor">How long a request without an answer is repeated; zero: not at all.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public async Task<SessionEnd> Have(long session, bool measured, TimeSpan retryFor, CancellationToken cancellationToken)
    {
        var customer = customers.Of(session);
        var began = time.GetTimestamp();
        if (!customer.ByCart)
        {
            return await Do("order", () => _requests.Order(session, customer));
        }

        var open = await Do("open cart", () => _requests.OpenCart(session));
        if (open.Verdict != Verdict.Done)
        {
            return open;
        }

        var cart = open.Id.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
        var added = await Do("add line", () => _requests.AddLine(session, cart, 1, customer.First));
        if (added.Verdict == Verdict.Done && customer.Second is { } second)
        {
            added = await Do("add line", () => _requests.AddLine(session, cart, 2, second));
        }

        return added.Verdict == Verdict.Done ? await Do("checkout", () => _requests.CheckOut(session, cart, customer)) : added;

        Task<SessionEnd> Do(string step, Func<ReadOnlyMemory<byte>> request) => Ask(step, request, began, measured, retryFor, cancellationToken);
    }

    public void Dispose() => _wire.Dispose();

    private async Task<SessionEnd> Ask(
        string step, Func<ReadOnlyMemory<byte>> request, long began, bool measured, TimeSpan retryFor, CancellationToken cancellationToken)
    {
        var patience = new Patience(retryFor, time);
        var mayBeDone = false;
        for (var attempt = 0; ; attempt++)
        {
            var sent = time.GetTimestamp();
            var end = await Once(request, cancellationToken);
            figures.OnAnswer(step, time.GetElapsedTime(sent), measured);
            if (!end.Passing || time.GetElapsedTime(began) >= patience.Budget)
            {
                // A request that the server refused now may have been done by an earlier attempt.
                return mayBeDone && end is { Verdict: Verdict.Failed, Passing: true } ? end with { Verdict = Verdict.Open } : end;
            }

            mayBeDone |= end.Verdict == Verdict.Open;
            figures.OnRetry();
            await patience.Pause(attempt, end.RetryAfter, cancellationToken);
        }
    }

    private async Task<SessionEnd> Once(Func<ReadOnlyMemory<byte>> request, CancellationToken cancellationToken)
    {
        try
        {
            if (!_wire.IsConnected)
            {
                await _wire.Connect(cancellationToken);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            return SessionEnd.NotConnected("no-connection");
        }

        try
        {
            return SessionEnd.Of(await _wire.Send(request(), cancellationToken));
        }
        catch (TimeoutException)
        {
            return SessionEnd.NoAnswer("no-answer-in-time");
        }
        catch (InvalidDataException)
        {
            return SessionEnd.NoAnswer("answer-not-understood");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return SessionEnd.NoAnswer("connection-lost");
        }
    }
}
