namespace Pos.Tests.Simulated;

internal sealed partial class Client
{
    private StockKey SomeStock() => new(SomeStore(), _chance.Of(_shop.Goods));

    private Task AskStock(int dice)
    {
        if (_world.Plan.HasBusyPeer && _chance.Is(0.5))
        {
            return TakeHold();
        }

        // Drawn once: a repetition sends the same request.
        var (quantity, key, id) = (_chance.Next(_shop.StockMax), SomeStock(), NextKey("stock"));
        var (op, shown) = (Operation(id, dice is >= 68 and < 74 ? key.Store : null, dice is < 68 or 74 ? Fit(_staff.ManagerOf(key.Store)) : null), $"stock/{key}");
        var delta = _chance.Is(0.5) ? 1 : -1 - _chance.Next(3);
        var policy = _chance.Is(0.3) ? StockPolicy.Backorder : StockPolicy.Deny;
        return dice switch
        {
            < 68 => Item(key, op, "receiveStock", stock => stock.Receive(new(op, 1 + quantity))),
            < 71 => Item(key, op, "adjustStock", stock => stock.Adjust(new(op, delta, "found")), Effects.Adjustment(shown, delta)),
            < 74 => Item(key, op, "countStock", stock => stock.Count(new(op, quantity)), Effects.Count(shown, quantity)),
            < 75 => Item(key, op, "setStockPolicy", stock => stock.SetPolicy(new(op, policy))),
            < 84 => TakeHold(),
            < 88 => UseHold("pinHold", static (stock, command) => stock.Pin(command)),
            < 91 => UseHold("commitHold", static (stock, command) => stock.Commit(command)),
            < 94 => UseHold("releaseHold", static (stock, command) => stock.Release(command)),
            < 95 => BuryHold(),
            < 97 => LookAtHold(),
            _ => LookAtItem(),
        };
    }

    private Task Item(StockKey key, Operation operation, string kind, Func<IStockGrain, Task<Outcome<StockView>>> ask, string? effect = null)
    {
        var asked = new Asked(operation.Id, $"stock/{key}", isCommand: true) { Kind = kind, Effects = effect is null ? [] : [effect] };
        return Ask(
            asked, grains => ask(grains.GetGrain<IStockGrain>(key.ToString())),
            (outcome, since) => Judge(asked, outcome, view => _world.Replies.Item(view, since)));
    }

    private Task TakeHold()
    {
        var key = SomeStock().ToString();
        var id = new HoldId(Hex(NextKey("hold")));
        var now = _time.GetUtcNow();
        var command = new ReserveStock(
            Operation(id.Value) with { NotAfter = now + TimeSpan.FromMinutes(10) }, id, "api", 1 + _chance.Next(4),
            now + _chance.Between(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(20)));
        var hold = new KeptHold(new Asked(id.Value, $"stock/{key}", isCommand: true) { Kind = "createHold" }, key, command);
        Workshop.Keep(_shared.Holds, hold);
        return Ask(
            hold.Asked, grains => grains.GetGrain<IStockGrain>(key).Reserve(command),
            (outcome, since) => Judge(
                hold.Asked, outcome, view => _world.Replies.Hold(hold.Asked.Stream, view), refusal => Refused(hold, refusal, since)));
    }

    private void Refused(KeptHold hold, Rejection refusal, long since)
    {
        if (refusal.Code == RejectionCode.InsufficientStock)
        {
            _world.Replies.Short(hold.Asked.Stream, refusal.Shortages[0], since);
        }
        else if (refusal.Code == RejectionCode.HoldEnded)
        {
            _world.Replies.Ended(hold.Asked.Stream, hold.Command.Hold.Value);
        }
    }

    private Task UseHold(string what, Func<IStockGrain, HoldCommand, Task<Outcome<HoldView>>> use)
    {
        if (_shared.Holds.Count == 0)
        {
            return Task.CompletedTask;
        }

        var hold = Known(_shared.Holds, StoreOf);
        var owner = _chance.Is(0.15) ? "somebody else" : "api";
        // Whoever has made it, or with a reason and a manager whoever has not.
        var maker = _staff.All.First(key => key.Name == hold.Command.Operation.Actor);
        var by = what == "pinHold" || _chance.Is(0.5) ? maker : _key;
        var id = NextKey(what);
        var command = new HoldCommand(
            Operation(id, what == "commitHold" || by != maker ? StoreOf(hold) : null, by) with { NotAfter = hold.Command.Operation.NotAfter },
            hold.Command.Hold, owner, Reason: what == "commitHold" || _chance.Is(0.5) ? "given away" : null);
        var asked = new Asked(id, hold.Asked.Stream, isCommand: false)
        {
            // A release with a reason is an endpoint of its own.
            Kind = what == "releaseHold" && command.Reason is not null ? "endHold" : what,
            Effects = [Effects.Removal(hold.Command.Hold.Value)],
        };
        return Ask(
            asked, grains => use(grains.GetGrain<IStockGrain>(hold.Key), command),
            (outcome, since) =>
            {
                _world.Machine.Note(outcome.Rejection?.Code.ToString() ?? "accepted");
                if (outcome.Value is { } view)
                {
                    var true_ = _world.Book.HoldOf(asked.Stream, hold.Command.Hold.Value)?.Owner;
                    _world.Violations.Require(
                        true_ is null || true_ == owner, Invariant.HoldsEndOnce, asked.Stream, $"hold {view.Id} of {true_} obeys {owner}");
                    _world.Replies.Hold(asked.Stream, view);
                }
                else
                {
                    Refused(hold, outcome.Rejection!, since);
                }

                return !IsNotNow(outcome.Rejection);
            });
    }

    /// <summary>Releases a hold that is only asked for afterwards: the reserve must be refused.</summary>
    private async Task BuryHold()
    {
        var key = SomeStock().ToString();
        var id = new HoldId(Hex(NextKey("buried")));
        var now = _time.GetUtcNow();
        var notAfter = now + TimeSpan.FromMinutes(10);
        var release = new Asked(NextKey("bury"), $"stock/{key}", isCommand: false) { Kind = "releaseHold" };
        var buried = false;
        await Ask(
            release, grains => grains.GetGrain<IStockGrain>(key).Release(new(Operation(release.Id) with { NotAfter = notAfter }, id, "api")),
            (outcome, _) =>
            {
                buried |= outcome.Value is not null;
                return !IsNotNow(outcome.Rejection);
            });
        var asked = new Asked(id.Value, $"stock/{key}", isCommand: true) { Kind = "createHold" };
        var command = new ReserveStock(Operation(id.Value) with { NotAfter = notAfter }, id, "api", 1, now + TimeSpan.FromMinutes(1));
        await Ask(
            asked, grains => grains.GetGrain<IStockGrain>(key).Reserve(command),
            (outcome, _) => Judge(asked, outcome, _ => _world.Violations.Require(
                !buried, Invariant.HoldsEndOnce, asked.Stream, $"hold {id} is taken though it was released before")));
    }

    private Task LookAtHold()
    {
        if (_shared.Holds.Count == 0)
        {
            return Task.CompletedTask;
        }

        var hold = Known(_shared.Holds, StoreOf);
        return Ask(
            new Asked("look", hold.Asked.Stream, isCommand: false) { Kind = "getHold" }, grains => grains.GetGrain<IStockGrain>(hold.Key).GetHold(hold.Command.Hold),
            (view, _) =>
            {
                if (view is not null)
                {
                    _world.Replies.Hold(hold.Asked.Stream, view);
                }

                return true;
            });
    }

    private Task LookAtItem()
    {
        var key = SomeStock().ToString();
        return Ask(
            new Asked("look", $"stock/{key}", isCommand: false) { Kind = "getStock" }, grains => grains.GetGrain<IStockGrain>(key).Get(),
            (view, since) =>
            {
                if (view is not null)
                {
                    _world.Replies.Item(view, since);
                }

                return true;
            });
    }
}
