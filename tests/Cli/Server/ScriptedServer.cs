using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pos.Cli.Server;

namespace Pos.Tests;

/// <summary>A real HTTP server that gives the answers of the test one after another, and then 500.</summary>
internal sealed class ScriptedServer
{
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();
    private readonly ConcurrentQueue<Request> _requests = new();
    private readonly WebApplication _app;

    public ScriptedServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            _requests.Enqueue(new(
                context.Request.Method,
                context.Request.Path + context.Request.QueryString,
                context.Request.Headers["Idempotency-Key"],
                await body.ReadToEndAsync()));
            await (_answers.TryDequeue(out var answer) ? answer(context) : Answer(500, "{}")(context));
        });
    }

    public IReadOnlyList<Request> Received => [.. _requests];

    public Task Start() => _app.StartAsync();

    public Task Stop() => _app.StopAsync();

    public async Task Close() => await _app.DisposeAsync();

    public void Then(Func<HttpContext, Task> answer) => _answers.Enqueue(answer);

    public static Func<HttpContext, Task> Answer(int status, string body, string? location = null) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.Location = location;
        return context.Response.WriteAsync(body);
    };

    public PosServer Client(TimeSpan budget) =>
        new(ServerOptions.Address(_app.Urls.First()), "a-key", new Patience(budget, TimeProvider.System), 4, TimeSpan.FromSeconds(30));

    /// <summary>A request that the server received.</summary>
    internal sealed record Request(string Method, string Path, string? Key, string Body)
    {
        public (string Method, string Path, string? Key) Line => (Method, Path, Key);
    }
}
