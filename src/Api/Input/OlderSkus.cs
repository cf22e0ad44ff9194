using Microsoft.AspNetCore.Http;

namespace Pos.Api.Input;

/// <summary>SKUs from before there was a rule for their normal form: they are read under the spelling in which they were made.</summary>
internal static class OlderSkus
{
    private const string InPath = "sku";

    /// <summary>The SKU of the address as it was written, where that is not what it is taken for; null where it is the same.</summary>
    public static Sku? AsMade(this HttpResponse response, Sku sku) =>
        Sku.TryReadJournaled(response.HttpContext.Request.RouteValues[InPath] as string, out var written) && written != sku ? written : null;
}
