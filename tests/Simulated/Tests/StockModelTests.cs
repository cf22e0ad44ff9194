using System.Collections.Immutable;
using FsCheck;
using FsCheck.Experimental;
using FsCheck.Fluent;
using Pos.Grains;

namespace Pos.Tests.Simulated;

/// <summary>The decider of stock against a model of a dozen lines.</summary>
public sealed class StockModelTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void stock_does_what_the_model_does() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), StateMachine.ToProperty(new StockMachine()));

    /// <summary>The thing itself: the state, and one way to ask it something.</summary>
    public sealed class Item
    {
        public StockState State { get; private set; } = StockRules.Initial;

        public bool Ask(StockCommand command)
        {
            var decision = StockRules.Decide(State, command);
            foreach (var happened in decision.Events.IsDefault ? [] : decision.Events)
            {
                State = StockRules.Evolve(State, happened);
            }

            return decision.Rejection is null;
        }
    }

    /// <summary>What it should be: pieces, holds by number, and whether the last request was accepted.</summary>
    public sealed record Shelf(int OnHand, ImmutableSortedDictionary<int, (int Quantity, char State)> Holds, bool Accepted)
    {
        public int Held => Holds.Values.Where(hold => hold.State == 'p').Sum(hold => hold.Quantity);
    }

    private sealed class StockMachine : Machine<Item, Shelf>
    {
        public override Arbitrary<Setup<Item, Shelf>> Setup => Gen.Constant<Setup<Item, Shelf>>(new Empty()).ToArbitrary();

        public override Gen<Operation<Item, Shelf>> Next(Shelf model) =>
            from what in Gen.Choose(0, 9)
            from hold in Gen.Choose(1, 4)
            from quantity in Gen.Choose(1, 9)
            select (Operation<Item, Shelf>)new Asking(what, hold, quantity);
    }

    private sealed class Empty : Setup<Item, Shelf>
    {
        public override Item Actual() => new();

        public override Shelf Model() => new(0, ImmutableSortedDictionary<int, (int, char)>.Empty, true);
    }

    private sealed class Asking(int what, int number, int quantity) : Operation<Item, Shelf>
    {
        private static int _operations;

        private readonly int _operation = ++_operations;

        public override Shelf Run(Shelf model)
        {
            var known = model.Holds.TryGetValue(number, out var hold);
            return what switch
            {
                < 2 => model with { OnHand = model.OnHand + quantity, Accepted = true },
                2 => model with { OnHand = quantity, Accepted = true },
                < 6 => known ? model with { Accepted = hold.Quantity == quantity }
                    : model.OnHand - model.Held >= quantity ? Put(model, quantity, 'p') : model with { Accepted = false },
                < 8 => hold.State switch
                {
                    'p' => Put(model with { OnHand = model.OnHand - hold.Quantity }, hold.Quantity, 'c'),
                    'c' => model with { Accepted = true },
                    _ => model with { Accepted = false },
                },
                _ => hold.State switch
                {
                    'p' => Put(model, hold.Quantity, 'r'),
                    'c' => model with { Accepted = false },
                    'r' => model with { Accepted = true },
                    _ => Put(model, 0, 'r'),
                },
            };
        }

        public override Property Check(Item actual, Shelf model)
        {
            var operation = new Pos.Operation($"o{_operation}", "", Now + TimeSpan.FromHours(1), ApprovedBy: "boss");
            var (hold, owner) = (new HoldId($"{number:x32}"), "api");
            var accepted = actual.Ask(what switch
            {
                < 2 => new StockCommand.Receive(new(operation, quantity), Now),
                2 => new StockCommand.Count(new(operation, quantity), Now),
                < 6 => new StockCommand.Reserve(new(operation, hold, owner, quantity, Now, Pinned: true), new Sku("mug"), Now),
                < 8 => new StockCommand.Commit(new(operation, hold, owner, Reason: "given away"), Now),
                _ => new StockCommand.Release(new(operation, hold, owner), Now),
            });
            return (accepted == model.Accepted && actual.State.OnHand == model.OnHand && actual.State.Held == model.Held)
                .Label($"{this}: accepted {accepted}, {actual.State.OnHand} on hand, {actual.State.Held} held; the model: {model.Accepted}, {model.OnHand}, {model.Held}");
        }

        public override string ToString() => $"{what}/{number}/{quantity}";

        private Shelf Put(Shelf model, int pieces, char state) => model with { Holds = model.Holds.SetItem(number, (pieces, state)), Accepted = true };
    }
}
