using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Pos.Api.OpenApi;

/// <summary>
/// The document as it is sent. It never changes while the process runs, and making it is work: it is made, hashed and compressed once, when first
/// asked for, and sent to nobody who has it already.
/// </summary>
internal sealed class WrittenDocument([FromKeyedServices(ApiDocument.Name)] IOpenApiDocumentProvider provider)
{
    private Task<Form>? _form;

    /// <summary>Sends it as small as the client takes it, or says that it has not changed.</summary>
    public async Task Send(HttpContext context)
    {
        var form = await (_form is { IsFaulted: false } written ? written : _form = Write());
        var (request, response) = (context.Request, context.Response);
        var isZipped = TakesGzip(request);
        var tag = isZipped ? form.ZippedTag : form.Tag;
        response.Headers.ETag = tag;
        response.Headers.CacheControl = "public, max-age=300";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (EntityTag.IsAmong(request.Headers.IfNoneMatch, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var bytes = isZipped ? form.Zipped : form.Json;
        response.ContentType = "application/json";
        response.ContentLength = bytes.Length;
        if (isZipped)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static bool TakesGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var taken)
        && taken.Any(static encoding => encoding is { Value.Value: "gzip", Quality: null or > 0 });

    private async Task<Form> Write()
    {
        var document = await provider.GetOpenApiDocumentAsync();
        await using var text = new StringWriter(CultureInfo.InvariantCulture);
        document.SerializeAsV31(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
        var json = Encoding.UTF8.GetBytes(text.ToString());
        using var zipped = new MemoryStream();
        await using (var zip = new GZipStream(zipped, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await zip.WriteAsync(json);
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 16));
        return new(json, zipped.ToArray(), $"\"{hash}\"", $"\"{hash}-gzip\"");
    }

    private sealed record Form(byte[] Json, byte[] Zipped, string Tag, string ZippedTag);
}
