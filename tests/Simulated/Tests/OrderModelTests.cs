using System.Collections.Immutable;
using FsCheck;
using FsCheck.Experimental;
using FsCheck.Fluent;
using Pos.Grains;

namespace Pos.Tests.Simulated;

/// <summary>The order's decider and saga against a model of six words.</summary>
public sealed class OrderModelTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void an_order_does_what_the_model_does() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), StateMachine.ToProperty(new OrderMachine()));

    public enum Stage
    {
        None,
        Created,
        Confirmed,
        Sold,
        Cancelled,
        GivenBack,
    }

    /// <summary>The thing itself.</summary>
    public sealed class Sale
    {
        public OrderState State { get; private set; } = Order.Initial;

        public void Take(Decision<OrderEvent> decision)
        {
            foreach (var happened in decision.Events.IsDefault ? [] : decision.Events)
            {
                State = Order.Evolve(State, happened);
            }
        }
    }

    private sealed class OrderMachine : Machine<Sale, Stage>
    {
        public override Arbitrary<Setup<Sale, Stage>> Setup => Gen.Constant<Setup<Sale, Stage>>(new Empty()).ToArbitrary();

        public override Gen<Operation<Sale, Stage>> Next(Stage model) =>
            Gen.Choose(0, 5).Select(what => (Operation<Sale, Stage>)new Happening(what));
    }

    private sealed class Empty : Setup<Sale, Stage>
    {
        public override Sale Actual() => new();

        public override Stage Model() => Stage.None;
    }

    private sealed class Happening(int what) : Operation<Sale, Stage>
    {
        private static readonly ImmutableArray<LineRefusal> Short = [new(1, new(RejectionCode.InsufficientStock, "none left"))];

        public override Stage Run(Stage model) => (what, model) switch
        {
            (0, Stage.None) => Stage.Created,
            (1, Stage.Created) => Stage.Confirmed,
            (2 or 3, Stage.Created) => Stage.Cancelled,
            (4, Stage.Confirmed) => Stage.Sold,
            (5, Stage.Cancelled) => Stage.GivenBack,
            _ => model,
        };

        public override Property Check(Sale actual, Stage model)
        {
            actual.Take(what switch
            {
                0 => Place(actual.State),
                1 => OrderSaga.Decide(actual.State, new OrderFact.StockAnswered([], Now)),
                2 => OrderSaga.Decide(actual.State, new OrderFact.StockAnswered(Short, Now)),
                3 => Order.Cancel(actual.State, new(Operation("cancel"), "left"), Now),
                4 => OrderSaga.Decide(actual.State, new OrderFact.StockCommitted()),
                _ => OrderSaga.Decide(actual.State, new OrderFact.StockReleased()),
            });
            var stage = (actual.State.State, actual.State.Settled) switch
            {
                (null, false) => Stage.None,
                (OrderStatus.Created, false) => Stage.Created,
                (OrderStatus.Confirmed, false) => Stage.Confirmed,
                (OrderStatus.Confirmed, true) => Stage.Sold,
                (OrderStatus.Cancelled, false) => Stage.Cancelled,
                (OrderStatus.Cancelled, true) => Stage.GivenBack,
                var other => throw new InvalidOperationException($"{other} is no stage."),
            };
            var owes = OrderSaga.Owed(actual.State) == OrderDebt.Nothing;
            return (stage == model && owes == (model is Stage.None or Stage.Sold or Stage.GivenBack)).Label($"{this}: {stage}, the model {model}");
        }

        public override string ToString() => $"happening {what}";

        private static Decision<OrderEvent> Place(OrderState state)
        {
            var (mug, shop) = (new Sku("mug"), new Shop(1).Details);
            var store = new StoreView(
                new("store-1"), shop.Name, shop.District, shop.Kind, shop.Currency, shop.TimeZone, shop.TaxInclusive, shop.TaxRates, shop.Tills, null, 1);
            var of = Shop.Product(mug, 100);
            var product = new ProductView(mug, of.Name, of.Description, of.Category, of.Price, of.TaxClass, of.Kind, of.Active, 1);
            return Order.Place(
                state,
                new(Operation("place"), store.Id, Shop.Till, [new(mug, 1)], new Money(500, Shop.Currency), null, TimeSpan.Zero),
                new(store, new Dictionary<Sku, ProductView> { [mug] = product }),
                null,
                SalePolicy.Default,
                Now);
        }

        private static Pos.Operation Operation(string id) => new(id, "f", Now + TimeSpan.FromHours(1));
    }
}
