using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>A till: asks for one thing after the other, repeats what got no answer with the same operation id, and checks every reply.</summary>
internal sealed partial class Client
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(40);

    private readonly World _world;
    private readonly Shop _shop;
    private readonly Chance _chance;
    private readonly TimeProvider _time;
    private readonly string _name;
    private readonly Workshop _shared;
    private readonly Staff _staff;
    private readonly Key _key;
    private int _asked;

    public Client(World world, Shop shop, Staff staff, Workshop shared, int number)
    {
        (_world, _shop, _staff, _shared, _name, _key) = (world, shop, staff, shared, $"c{number}", staff.Client(number));
        _chance = new Chance(world.Seed, _name);
        _time = new VirtualTime(world.Machine, new Owner(_name));
    }

    /// <summary>What it waits for, for people.</summary>
    public string Waiting { get; private set; } = "";

    public async Task Run()
    {
        while (!_shared.IsClosing)
        {
            await Task.Delay(_chance.Between(TimeSpan.Zero, _shop.ThinkMax), _time, CancellationToken.None);
            if (!_shared.IsClosing)
            {
                await AskSomething();
            }
        }
    }

    /// <summary>Sends a request until it is answered.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="call">Sends it to a silo.</param>
    /// <param name="check">Compares the answer with the journal, told the version that was durable when it was sent; false for "not now".</param>
    private async Task Ask<T>(Asked asked, Func<IGrainFactory, Task<T>> call, Func<T, long, bool> check)
    {
        Waiting = $"{asked.Id} of {asked.Stream}";
        var hit = _world.UnderWayIn(asked.Stream) | Begins(asked);
        if (_world.Plan.Strikes(Fault.ClientDuplicates, hit))
        {
            // Where there are two silos, a copy arrives at each: one may refuse what the other has just accepted.
            var copy = _world.Plan.HasBusyPeer ? _world.Peer : null;
            await Task.WhenAll(Repeat(asked, call, check, 2), Repeat(asked, call, check, 2, copy));
        }
        else if (_world.Plan.Strikes(Fault.ClientGivesUp, hit))
        {
            await Once(asked, call, check, _chance.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(500)));
            await Task.Delay(_chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(5)), _time, CancellationToken.None);
            if (_chance.Is(0.7))
            {
                await Repeat(asked, call, check, int.MaxValue);
            }
        }
        else
        {
            await Repeat(asked, call, check, int.MaxValue);
        }

        Waiting = "";
    }

    private static SagaSteps Begins(Asked asked) =>
        asked.Stream.StartsWith("order/", StringComparison.Ordinal) ? SagaSteps.Place
        : asked.Stream.StartsWith("return/", StringComparison.Ordinal) ? SagaSteps.Accept
        : asked.Id.StartsWith("checkout-", StringComparison.Ordinal) ? SagaSteps.CheckOut
        : SagaSteps.None;

    private async Task Repeat<T>(Asked asked, Func<IGrainFactory, Task<T>> call, Func<T, long, bool> check, int times, Silo? at = null)
    {
        for (var attempt = 0; attempt < times; attempt++)
        {
            if (await Once(asked, call, check, PatienceMax, at))
            {
                return;
            }

            await Task.Delay(_chance.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)), _time, CancellationToken.None);
        }
    }

    /// <returns>True if there was an answer.</returns>
    private async Task<bool> Once<T>(Asked asked, Func<IGrainFactory, Task<T>> call, Func<T, long, bool> check, TimeSpan patience, Silo? at = null)
    {
        var silo = at ?? _world.Choose(asked.Stream, Begins(asked) & SagaSteps.CheckOut);
        if (silo.IsDead)
        {
            return false;
        }

        var since = _world.Replies.Seen(asked.Stream);
        if (asked.IsCommand)
        {
            _world.Book.OnAskedAgain(asked.Id);
        }

        asked.Open++;
        var sentAt = _world.Machine.Steps;
        if (_world.Timeline.IsOn)
        {
            _world.Timeline.Say($"{_name} asks {asked.Id} of {asked.Stream}");
        }

        var enough = new TaskCompletionSource();
        using var timer = _time.CreateTimer(_ => enough.TrySetResult(), null, patience, Timeout.InfiniteTimeSpan);
        var answer = Enter(asked, call, silo);
        var first = await Task.WhenAny(answer, silo.Dead, enough.Task);
        asked.Open--;
        if (first == answer)
        {
            asked.Answers = (silo.Name, sentAt);
            return Heard(asked, answer, check, since);
        }

        asked.HasUnknown = true;
        if (_world.Timeline.IsOn)
        {
            _world.Timeline.Say($"{_name} gives {asked.Id} up");
        }

        return false;
    }

    /// <summary>Goes in by the API's own door.</summary>
    private async Task<(bool IsIn, T Answer)> Enter<T>(Asked asked, Func<IGrainFactory, Task<T>> call, Silo silo)
    {
        var papers = _shared.Papers.GetValueOrDefault(asked.Id) ?? new Papers(_key, null);
        var request = new Request(asked.Id, asked.Kind, papers.Who.Name, papers.Second?.Name)
        {
            Stream = asked.Stream,
            Effects = asked.Effects,
            Lines = asked.Lines,
            Cards = asked.Cards,
            Credit = asked.Credit,
        };
        _world.Requests.Send(request);
        if (await Door.Refuse(asked, papers, silo.Grains) is { } refused)
        {
            _world.Machine.Note(refused.Kind.Code);
            _world.Timeline.Say($"{papers.Who.Name} is not let in with {asked.Id}: {refused.Detail}");
            return (false, default!);
        }

        _world.Authority.Admitted(request, asked.Body ?? (asked.Kind == "listCarts" ? asked.Query : null));
        var isAnswered = false;
        try
        {
            var answer = await call(silo.Grains);
            isAnswered = true;
            return (true, answer);
        }
        finally
        {
            silo.Residents.Ended(asked.Stream, isAnswered);
        }
    }

    private bool Heard<T>(Asked asked, Task<(bool IsIn, T Answer)> answer, Func<T, long, bool> check, long since)
    {
        if (answer.Exception?.InnerException is not { } failure)
        {
            var (isIn, said) = answer.Result;
            if (_world.Timeline.IsOn && isIn)
            {
                _world.Timeline.Say($"{_name} hears of {asked.Id}: {said}");
            }

            return !isIn || check(said, since);
        }

        asked.HasUnknown = true;
        if (_world.Timeline.IsOn)
        {
            _world.Timeline.Say($"{_name} hears of {asked.Id}: {failure.GetType().Name} {failure.Message}");
        }

        _world.Machine.Note(failure.GetType().Name);
        _world.Violations.Require(
            failure is NotDurableException or TimeoutException or SiloUnavailableException or OrleansMessageRejectionException
                or JournalUnavailableException,
            Invariant.RepliesAreOutcomes, asked.Stream, $"{asked.Id}: {failure}");
        return false;
    }

    private bool Judge<T>(Asked asked, Outcome<T> outcome, Action<T> accepted, Action<Rejection>? refused = null)
        where T : class
    {
        _world.Machine.Note(outcome.Rejection?.Code.ToString() ?? "accepted");
        if (outcome.Value is { } value)
        {
            asked.WasAccepted = true;
            _world.Replies.Accepted(asked.Id, asked.Stream);
            accepted(value);
            return true;
        }

        refused?.Invoke(outcome.Rejection!);
        return Refused(asked, outcome.Rejection!);
    }

    private bool Refused(Asked asked, Rejection refusal)
    {
        if (IsNotNow(refusal))
        {
            return false;
        }

        var code = refusal.Code;
        _world.Violations.Require(
            !asked.WasAccepted || code is RejectionCode.OperationTooLate or RejectionCode.HoldEnded
                // An overtaken activation may refuse stock from what it knew: the one thing that docs/reliability.md does not promise.
                || (code == RejectionCode.InsufficientStock && _world.HasStaleReaders)
                || _world.LastLooks.WereBefore(asked.Id, asked.Answers.Silo, asked.Stream, asked.Answers.SentAt),
            Invariant.OneKeyOneVerdict, asked.Stream, $"{asked.Id} was accepted and is now refused: {code}");
        if (asked is { IsCommand: true, Open: 0, HasUnknown: false, WasAccepted: false })
        {
            _world.Book.OnRefused(asked.Id);
        }

        return true;
    }

    private static bool IsNotNow(Rejection? refusal) => refusal?.Code is RejectionCode.JournalFull or RejectionCode.TooManyPending;
}
