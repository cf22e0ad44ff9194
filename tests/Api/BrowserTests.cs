using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pos.Api;
using Pos.Api.Access;
using Pos.Api.Server;

namespace Pos.Tests;

/// <summary>A page that a browser opens with the key as a password, as the dashboard is.</summary>
public sealed class BrowserTests(BrowserTests.WithPage page) : IClassFixture<BrowserTests.WithPage>
{
    [Theory]
    [InlineData("anybody", Keys.Operator, HttpStatusCode.OK)]
    [InlineData("", Keys.Operator, HttpStatusCode.OK)]
    [InlineData("operator", Keys.ManagerOfAll, HttpStatusCode.Forbidden)]
    [InlineData(Keys.Operator, "", HttpStatusCode.Unauthorized)]
    [InlineData("operator", Keys.Operator + "x", HttpStatusCode.Unauthorized)]
    public async Task A_browser_is_asked_for_a_key_and_sends_it_as_a_password(string name, string password, HttpStatusCode expected)
    {
        var header = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"));
        using var answer = await Ask("/page", header);
        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.Unauthorized)
        {
            Assert.StartsWith("Basic realm=", Assert.Single(answer.Headers.GetValues("WWW-Authenticate")), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic !")]
    [InlineData("Basic YW4tb3BlcmF0b3I=")]
    public async Task What_is_no_name_and_password_opens_nothing(string? header)
    {
        using var answer = await Ask("/page", header);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_password_opens_no_other_page()
    {
        // A browser sends it along whoever made it ask: a form on a stranger's page must not sell anything.
        using var answer = await Ask("/api/v1/stores", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"operator:{Keys.Operator}")));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.StartsWith("Bearer", Assert.Single(answer.Headers.GetValues("WWW-Authenticate")), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> Ask(string path, string? authorization)
    {
        using var client = new HttpClient { BaseAddress = page.Host.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await client.SendAsync(request);
    }

    /// <summary>A host with such a page.</summary>
    public sealed class WithPage : IAsyncLifetime
    {
        public PosHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await PosHost.Start(map: static app =>
            app.MapGet("/page", static context => context.Response.WriteAsync("page")).RequiresOperatorInBrowser());

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
