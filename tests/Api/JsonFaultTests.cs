using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pos.Api.Json;
using Pos.Api.Orders;

namespace Pos.Tests;

/// <summary>What the answer to a body says is wrong with it. The reader stops at its first fault, and that is the one that is told.</summary>
public sealed class JsonFaultTests
{
    private const string Head = """{"store":"london","till":"till-1",""";

    [Theory]
    [InlineData(Head + """ "lines":[],"cahs":null}""", "There is no member 'cahs' here. The nearest is 'cash'.")]
    [InlineData(Head + """ "lines":[{"sku":"tea","quantity":1,"quantty":2}]}""", "There is no member 'quantty' here. The nearest is 'quantity'.")]
    [InlineData(Head + """ "lines":[],"cash":{"amount":1,"currency":"GBP","amonut":2}}""", "There is no member 'amonut' here. The nearest is 'amount'.")]
    [InlineData(Head + """ "lines":[],"cash":{"amount":1,"amount":2,"currency":"GBP"}}""", "The member 'amount' comes twice.")]
    [InlineData(Head + """ "lines":[],"till":"till-2"}""", "The member 'till' comes twice.")]
    [InlineData("""{"store":"london","lines":[]}""", "Required members are missing: 'till'.")]
    [InlineData("""{"store":"london"}""", "Required members are missing: 'till', 'lines'.")]
    [InlineData(Head + """ "lines":[],"cash":{"amount":1}}""", "Required members are missing: 'currency'.")]
    [InlineData(Head + """ "lines":null}""", "The value must not be null.")]
    [InlineData(Head + """ "lines":[{"sku":"tea","quantity":null}]}""", "The value must not be null.")]
    [InlineData(Head + """ "lines":[{"sku":"tea","quantity":"1"}]}""", "The value has the wrong type or does not fit.")]
    [InlineData(Head + """ "lines":[{"sku":"tea","quantity":"1","price":2}]}""", "The value has the wrong type or does not fit.")]
    [InlineData("{\n\"store\":\"london\",\n\"till\":\"till-1\",\n\"lines\":[{\"sku\":\"tea\",\"quantity\":1.5}],\n\"price\":1}", "The value has the wrong type or does not fit.")]
    [InlineData(Head + """ "lines":{}}""", "The value has the wrong type or does not fit.")]
    [InlineData(Head + """ "lines":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""", "The value has the wrong type or does not fit.")]
    [InlineData(Head + """ "lines":[7, oh""", "The value has the wrong type or does not fit.")]
    [InlineData("[]", "The value has the wrong type or does not fit.")]
    [InlineData(Head + """ "lines":[],"occurredAt":"yesterday"}""", "The value is no RFC 3339 time with an offset, for example 2026-01-31T12:00:00Z.")]
    [InlineData(Head + """ "lines":[{"sku":"a/b","quantity":1}]}""", "The value cannot be read: ")]
    public void the_first_fault_is_told(string body, string expected) => Assert.StartsWith(expected, Fault(body), StringComparison.Ordinal);

    [Theory]
    [InlineData("hello")]
    [InlineData(Head)]
    [InlineData(Head + """ "lines":[],}""")]
    [InlineData(Head + """ "lines":[]}{}""")]
    public void what_is_no_json_is_told_without_a_type(string body)
    {
        var told = Fault(body);
        Assert.NotEmpty(told);
        Assert.DoesNotContain("System.", told, StringComparison.Ordinal);
        Assert.DoesNotContain("Path:", told, StringComparison.Ordinal);
    }

    private static string Fault(string body)
    {
        var type = (JsonTypeInfo<PlaceOrderRequest>)ReadJson.Strict.GetTypeInfo(typeof(PlaceOrderRequest))!;
        var json = Encoding.UTF8.GetBytes(body);
        return JsonFault.Describe(Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, type)), json, type);
    }
}
