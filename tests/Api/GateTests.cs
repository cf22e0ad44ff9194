using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pos.Api;
using Pos.Api.Access;
using Pos.Api.Server;

namespace Pos.Tests;

/// <summary>Who is let in when, by a gate with room for one.</summary>
public sealed class GateTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Callers _callers;
    private readonly Rates _rates;
    private readonly Gate _gate;

    public GateTests()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(Keys.Settings).Build();
        var api = settings.GetSection("Api").Get<ApiOptions>()!;
        api.RequestsUnderWayMax = 1;
        var options = Options.Create(api);
        _callers = new(options);
        _rates = new(options);
        // An operator is of all stores, so that no grain is asked; and nobody here is refused for want of time.
        _gate = new(_callers, _rates, grains: null!, options) { RoomWaitMax = Patience };
    }

    public void Dispose()
    {
        _rates.Dispose();
        _callers.Dispose();
    }

    [Fact]
    public async Task whoever_waits_is_let_in_as_soon_as_there_is_room_and_before_all_who_came_later()
    {
        var first = new Visit(_gate);
        Assert.True(first.IsIn, "With room it takes no turn of another thread.");
        var second = new Visit(_gate);
        var third = new Visit(_gate);
        Assert.False(second.IsIn || third.IsIn);
        first.Leave();
        var late = new Visit(_gate);
        await second.In;
        Assert.False(third.IsIn || late.IsIn);
        second.Leave();
        await third.In;
        Assert.False(late.IsIn);
        third.Leave();
        await late.In;
        late.Leave();
        await Task.WhenAll(first.Done, second.Done, third.Done, late.Done);
        Assert.True(new Visit(_gate).IsIn);
    }

    [Fact]
    public async Task whoever_goes_away_while_waiting_takes_no_room()
    {
        var first = new Visit(_gate);
        using var away = new CancellationTokenSource();
        var second = new Visit(_gate, away.Token, Permission.Read);
        var third = new Visit(_gate);
        await away.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Done);
        first.Leave();
        await third.In;
        Assert.False(second.IsIn);
    }

    [Fact]
    public void the_operators_page_and_what_needs_no_key_are_served_however_many_are_under_way()
    {
        Assert.True(new Visit(_gate).IsIn);
        Assert.True(new Visit(_gate, CancellationToken.None, Permission.Operate, OpensInBrowser.Metadata).IsIn);
        Assert.True(new Visit(_gate, CancellationToken.None, Permission.Anonymous).IsIn);
        Assert.False(new Visit(_gate, CancellationToken.None, Permission.Operate).IsIn);
    }

    /// <summary>A request that stays until it is told to leave.</summary>
    private sealed class Visit
    {
        private readonly TaskCompletionSource _in = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _leave = new();

        public Visit(Gate gate) : this(gate, CancellationToken.None, Permission.Read)
        {
        }

        public Visit(Gate gate, CancellationToken aborted, params object[] metadata)
        {
            var context = new DefaultHttpContext { RequestAborted = aborted };
            context.Request.Method = HttpMethods.Get;
            context.Request.Headers.Authorization = $"Bearer {Keys.Operator}";
            context.SetEndpoint(new RouteEndpoint(
                static _ => Task.CompletedTask, RoutePatternFactory.Parse("/"), 0, new([.. metadata, Owner.Operators]), null));
            Done = gate.Enter(context, _ =>
            {
                _in.SetResult();
                return _leave.Task;
            });
        }

        public bool IsIn => _in.Task.IsCompleted;

        public Task In => _in.Task.WaitAsync(Patience);

        public Task Done { get; }

        public void Leave() => _leave.SetResult();
    }
}
