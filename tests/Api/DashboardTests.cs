using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Pos.Tests;

/// <summary>The Local engine's page for operators.</summary>
public sealed class DashboardTests(OpenShop open) : IClassFixture<OpenShop>
{
    [Fact]
    public async Task An_operator_sees_the_busiest_grains_by_what_was_called()
    {
        var shop = open.Shop;
        await shop.Product("tea", stock: 1);
        using var stop = new CancellationTokenSource();
        var selling = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await shop.Get("/stores/london/stock/tea");
            }
        });
        var page = await PageWith("<tbody>\n<tr><td>stock/london/tea</td>");
        await stop.CancelAsync();
        await selling;
        Assert.Contains("Silo S127.0.0.1:0:1</dt><dd>Active<", page, StringComparison.Ordinal);
        Assert.Contains("<span>Pos.Grains.StockGrain</span>", page, StringComparison.Ordinal);
        Assert.Contains("Busiest grains", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grain_whose_key_is_html_is_shown_and_not_run()
    {
        var grain = open.Host.Services.GetRequiredService<IGrainFactory>().GetGrain<IProductGrain>("<script>alert('1')</script>&\"");
        using var stop = new CancellationTokenSource();
        var calling = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await grain.Get();
            }
        });
        var page = await PageWith("product/&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;&quot;");
        using var response = await open.Host.Http.GetAsync(new Uri("/dashboard", UriKind.Relative));
        await stop.CancelAsync();
        await calling;
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_many_look_a_page_is_made_once_and_a_later_one_is_made_anew()
    {
        var first = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Page()))).ToHashSet(StringComparer.Ordinal);
        Assert.InRange(first.Count, 1, 2);
        var giveUp = System.Diagnostics.Stopwatch.StartNew();
        while (first.Contains(await Page()))
        {
            Assert.True(giveUp.Elapsed < TimeSpan.FromSeconds(20), "the page stays as it was");
        }
    }

    private async Task<string> PageWith(string text)
    {
        var giveUp = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var page = await Page();
            if (page.Contains(text, StringComparison.Ordinal))
            {
                return page;
            }

            Assert.True(giveUp.Elapsed < TimeSpan.FromSeconds(20), page);
        }
    }

    [Theory]
    [InlineData("anybody", Keys.Operator, HttpStatusCode.OK)]
    [InlineData("", Keys.Operator, HttpStatusCode.OK)]
    [InlineData("operator", Keys.ManagerOfAll, HttpStatusCode.Forbidden)]
    [InlineData(Keys.Operator, "", HttpStatusCode.Unauthorized)]
    [InlineData("operator", Keys.Operator + "x", HttpStatusCode.Unauthorized)]
    public async Task A_browser_is_asked_for_a_key_and_sends_it_as_a_password(string name, string password, HttpStatusCode expected)
    {
        var header = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"));
        using var answer = await Ask("/dashboard", header);
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
        using var answer = await Ask("/dashboard", header);
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

    private Task<string> Page() => open.Host.Http.GetStringAsync(new Uri("/dashboard", UriKind.Relative));

    private async Task<HttpResponseMessage> Ask(string path, string? authorization)
    {
        using var client = new HttpClient { BaseAddress = open.Host.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await client.SendAsync(request);
    }
}
