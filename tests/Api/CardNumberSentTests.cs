using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pos.Api;
using Pos.Api.Json;
using Pos.Api.Server;

namespace Pos.Tests;

/// <summary>The number of a card, sent where a provider's token belongs: refused, and neither journaled nor logged nor shown.</summary>
public sealed class CardNumberSentTests
{
    public static TheoryData<string> Tokens { get; } = ["4111111111111111", "4111 1111 1111 1111", "tok_4111-1111-1111-1111", "378282246310005"];

    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task it_is_refused_by_everything_that_takes_a_token_and_written_nowhere(string token)
    {
        using var log = new LogTests.Lines();
        await using var host = await PosHost.Start(services => services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace).AddFilter(_ => true)));
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 10);
        var cart = (string)(await shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]!;
        Assert.Equal(HttpStatusCode.OK, (await shop.Post($"/carts/{cart}/lines", """{"sku":"tea"}""")).Status);
        var head = await shop.QuietHead();

        var takers = Takers(host);
        Assert.Superset(new HashSet<string> { "placeOrder", "checkOutCart" }, takers.Select(static taker => taker.Name).ToHashSet());
        foreach (var (name, method) in takers)
        {
            Assert.True(StoreSample.ByEndpoint.TryGetValue(name, out var sample), $"{name} takes cards and has no sample");
            foreach (var cards in (string[])["""[{"token":"#"}]""", """[{"token":"tok_approve","amount":{"amount":1,"currency":"GBP"}},{"token":"#"}]"""])
            {
                var body = JsonNode.Parse(sample.Body!.Replace("STORE", "london", StringComparison.Ordinal))!.AsObject();
                body.Remove("cash");
                body["cards"] = JsonNode.Parse(cards.Replace("#", token, StringComparison.Ordinal));
                foreach (var prefer in new[] { null, "respond-async" })
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), sample.Path.Replace("CART", cart, StringComparison.Ordinal));
                    request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                    request.Headers.Add("Idempotency-Key", shop.NewKey());
                    if (prefer is not null)
                    {
                        request.Headers.Add("Prefer", prefer);
                    }

                    var answer = await shop.Send(request);
                    Shop.IsProblem(answer, 422, "invalid-value");
                    Assert.Contains("looks like the number of a card", (string)answer["detail"]!, StringComparison.Ordinal);
                    Assert.DoesNotContain(token, answer.Text, StringComparison.Ordinal);
                }
            }
        }

        Assert.Equal(head, await shop.QuietHead());
        Assert.NotEmpty(log.Written);
        Assert.All(log.Written, line => Assert.DoesNotContain(token, line, StringComparison.Ordinal));

        // The same cart is paid for with a token.
        Assert.Equal(HttpStatusCode.Created, (await shop.Post($"/carts/{cart}/checkout", """{"cards":[{"token":"tok_approve"}]}""")).Status);
    }

    /// <summary>Every endpoint whose body has cards, so that one which is added is among them by itself.</summary>
    private static List<(string Name, string Method)> Takers(PosHost host) =>
    [
        .. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(static endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } body
                && ApiJson.Default.GetTypeInfo(body)!.Properties.Any(static member => member.Name == "cards"))
            .Select(static endpoint => (
                endpoint.Metadata.GetRequiredMetadata<IEndpointNameMetadata>().EndpointName, endpoint.Metadata.GetRequiredMetadata<Microsoft.AspNetCore.Routing.IHttpMethodMetadata>().HttpMethods[0])),
    ];
}
