using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;

namespace Pos.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task Every_type_that_may_change_or_cannot_travel_is_refused_by_name()
    {
        var message = await RefusalOf(typeof(ILooseGrain), typeof(LooseGrain));
        foreach (var expected in new[]
        {
            "StartTests+Unmarked lacks [GenerateSerializer]",
            "StartTests+Unmarked is neither [Immutable] nor immutable by its type",
            "StartTests+Mutable is neither [Immutable] nor immutable by its type",
            "System.Collections.Generic.List<System.Int32> is neither",
            "System.Byte[] is neither",
            "StartTests+Inner lacks [GenerateSerializer] (Pos.Tests.StartTests+Outer, met in parameter 'outer'",
            "StartTests+InnerOfList lacks [GenerateSerializer]",
            "StartTests+Shape+Round lacks [GenerateSerializer]",
            "StartTests+LooseStruct, met in",
            "System.Object is neither",
        })
        {
            Assert.Contains(expected, message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("StartTests+Shape+Square", message, StringComparison.Ordinal);
        Assert.DoesNotContain("StartTests+Outer lacks", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Immutable_contracts_are_accepted()
    {
        await using var silo = await TestSilo.StartAsync([typeof(IFineGrain), typeof(FineGrain)]);
        var order = new FineOrder([new FineLine(1, new FineId("x"), null)], new FineShape.Square(3));
        Assert.Equal(order, await silo.Client.GetGrain<IFineGrain>("k").Echo(order, default));
    }

    [Fact]
    public async Task Methods_that_cannot_be_calls_are_refused_by_name()
    {
        var message = await RefusalOf(typeof(IOddGrain), typeof(OddGrain));
        Assert.Contains("IOddGrain.Now returns System.Int32", message, StringComparison.Ordinal);
        Assert.Contains("IOddGrain.Generic is generic", message, StringComparison.Ordinal);
        Assert.Contains("parameter 'value' of Pos.Tests.StartTests+IOddGrain.ByReference is passed by reference", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_and_doubled_grain_classes_are_refused_by_name()
    {
        Assert.Contains(
            "StartTests+IFineGrain has no grain class", await RefusalOf(typeof(IFineGrain)), StringComparison.Ordinal);
        var message = await RefusalOf(typeof(FineGrain), typeof(OtherFineGrain), typeof(LastFineGrain));
        Assert.Contains(
            "IFineGrain has more than one grain class: Pos.Tests.StartTests+FineGrain, Pos.Tests.StartTests+OtherFineGrain, Pos.Tests.StartTests+LastFineGrain",
            message,
            StringComparison.Ordinal);
        Assert.Contains("share the grain type 'otherfine'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_make_no_sense_are_refused_by_name()
    {
        await using var silo = TestSilo.Make([], options =>
        {
            options.Assemblies.Clear();
            options.ResponseTimeout = TimeSpan.Zero;
            options.QueuedCallsMax = 0;
            options.CollectionAges[typeof(FineGrain)] = TimeSpan.FromDays(-1);
        });
        var message = (await Assert.ThrowsAsync<OrleansConfigurationException>(silo.StartAsync)).Message;
        foreach (var name in new[] { "Assemblies is empty", "ResponseTimeout is 00:00:00", "QueuedCallsMax is 0", "CollectionAges[Pos.Tests.StartTests+FineGrain]" })
        {
            Assert.Contains(name, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_engine_that_was_not_started_says_so()
    {
        var silo = TestSilo.Make([typeof(FineGrain)]);
        Assert.Throws<SiloUnavailableException>(() => silo.Client.GetGrain<IFineGrain>("k"));
    }

    private static async Task<string> RefusalOf(params Type[] types)
    {
        await using var silo = TestSilo.Make(types);
        return (await Assert.ThrowsAsync<OrleansConfigurationException>(silo.StartAsync)).Message;
    }

    public sealed record Unmarked(int Value);

    [GenerateSerializer]
    public sealed record Mutable(int Value);

    [GenerateSerializer, Immutable]
    public sealed record Outer(Inner Inner, List<InnerOfList> Inners);

    [Immutable]
    public sealed record Inner(int Value);

    [Immutable]
    public sealed record InnerOfList(int Value);

    [GenerateSerializer]
    public readonly record struct LooseStruct(object Anything);

    [GenerateSerializer, Immutable]
    public abstract record Shape
    {
        private Shape()
        {
        }

        [Immutable]
        public sealed record Round(int Radius) : Shape;

        [GenerateSerializer, Immutable]
        public sealed record Square(int Side) : Shape;
    }

    public interface ILooseGrain : IGrainWithStringKey
    {
        Task<Unmarked> Take(Mutable mutable, List<int> list);

        ValueTask<ImmutableArray<byte[]>> Bytes(Outer outer, Shape shape, LooseStruct loose);
    }

    public sealed class LooseGrain : Grain, ILooseGrain
    {
        public Task<Unmarked> Take(Mutable mutable, List<int> list) => throw new NotSupportedException();

        public ValueTask<ImmutableArray<byte[]>> Bytes(Outer outer, Shape shape, LooseStruct loose) => throw new NotSupportedException();
    }

    [GenerateSerializer]
    public readonly record struct FineId([property: Id(0)] string Value);

    [GenerateSerializer, Immutable]
    public sealed record FineLine(int Quantity, FineId Id, DateTimeOffset? At);

    [GenerateSerializer, Immutable]
    public sealed record FineOrder(ImmutableArray<FineLine> Lines, FineShape Shape)
    {
        public bool Equals(FineOrder? other) => other is not null && Lines.SequenceEqual(other.Lines) && Shape == other.Shape;

        public override int GetHashCode() => Lines.Length;
    }

    [GenerateSerializer, Immutable]
    public abstract record FineShape
    {
        [GenerateSerializer, Immutable]
        public sealed record Square(int Side) : FineShape;
    }

    public interface IFineGrain : IGrainWithStringKey
    {
        Task<FineOrder> Echo(FineOrder order, CancellationToken token);

        Task<(FineId, int?, ImmutableDictionary<FineId, FineLine>)> More(DayOfWeek day, Guid id, IFineGrain other, [Immutable] List<int> promised);
    }

    public class FineGrain : Grain, IFineGrain
    {
        public Task<FineOrder> Echo(FineOrder order, CancellationToken token) => Task.FromResult(order);

        public Task<(FineId, int?, ImmutableDictionary<FineId, FineLine>)> More(DayOfWeek day, Guid id, IFineGrain other, List<int> promised) =>
            throw new NotSupportedException();
    }

    public sealed class OtherFineGrain : FineGrain;

    [GrainType("otherfine")]
    public sealed class LastFineGrain : FineGrain;

    public interface IOddGrain : IGrainWithStringKey
    {
        int Now();

        Task Generic<T>();

        Task ByReference(in int value);
    }

    public sealed class OddGrain : Grain, IOddGrain
    {
        public int Now() => 0;

        public Task Generic<T>() => Task.CompletedTask;

        public Task ByReference(in int value) => Task.CompletedTask;
    }
}
