using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Pos.Api.Input;

/// <summary>Reads a JSON body, and says where it is wrong when it is.</summary>
internal static class RequestBody
{
    private const int EmptyBodyBytesMax = 16;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <exception cref="RefusedRequestException">The body is not declared as JSON, too large or not what <typeparamref name="T"/> takes.</exception>
    public static async ValueTask<T> Read<T>(HttpRequest request, JsonTypeInfo<T> type) where T : class
    {
        if (!IsJson(request.ContentType))
        {
            throw new RefusedRequestException(Problems.UnsupportedMediaType, "Send the header Content-Type: application/json.");
        }

        // It has arrived: the gate has waited for it.
        await Arrives(request);
        var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
        try
        {
            return Parse(read.Buffer, type, HttpMethods.IsPatch(request.Method));
        }
        finally
        {
            // Refused or not, the body was read: otherwise the server gives up the connection under the client's next request.
            request.BodyReader.AdvanceTo(read.Buffer.End);
        }
    }

    /// <summary>Waits until the whole body is there, and leaves it unread. Nothing when there can be none.</summary>
    /// <exception cref="RefusedRequestException">It is too large, or does not come in time.</exception>
    public static ValueTask Arrives(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true } ? Await(request) : ValueTask.CompletedTask;

    private static async ValueTask Await(HttpRequest request)
    {
        var reader = request.BodyReader;
        var since = 0L;
        while (true)
        {
            var reading = reader.ReadAsync(request.HttpContext.RequestAborted);
            var read = reading.IsCompleted ? await reading : await Within(request, reading, since == 0 ? since = Clock(request).GetTimestamp() : since);
            if (read.Buffer.Length > ApiOptions.BodyBytesMax)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw new RefusedRequestException(Problems.BodyTooLarge, Problems.BodyTooLarge.Title);
            }

            if (read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start);
                return;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The refusal of a list with a null in it, which the JSON reader lets pass; null when there is none.</summary>
    public static Refusal? NullIn<T>(ImmutableArray<T> list, string name) where T : class =>
        list.IndexOf(null!) is >= 0 and var index
            ? new Refusal(Problems.MalformedBody, JsonFault.NullValue) { At = new BodyPlace($"$.{name}[{index}]") }
            : null;

    /// <summary>For an operation that takes no body: <c>{}</c> and white space say nothing and are let pass.</summary>
    /// <exception cref="RefusedRequestException">There is a body, and it says something.</exception>
    public static async ValueTask RefuseAny(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return;
        }

        var reading = request.BodyReader.ReadAtLeastAsync(EmptyBodyBytesMax + 1, request.HttpContext.RequestAborted);
        var read = reading.IsCompleted ? await reading : await Within(request, reading, Clock(request).GetTimestamp());
        var isEmpty = read.Buffer.Length <= EmptyBodyBytesMax
            && Encoding.UTF8.GetString(read.Buffer).TrimStart('\uFEFF').Trim() is "" or "{}";
        request.BodyReader.AdvanceTo(read.Buffer.End);
        if (!isEmpty)
        {
            throw new RefusedRequestException(Problems.MalformedBody, "This operation takes no body.");
        }
    }

    private static TimeProvider Clock(HttpRequest request) => request.HttpContext.RequestServices.GetRequiredService<TimeProvider>();

    // Most bodies are there when they are asked for: only the others are timed.
    private static async ValueTask<ReadResult> Within(HttpRequest request, ValueTask<ReadResult> reading, long since)
    {
        var clock = Clock(request);
        var left = request.HttpContext.RequestServices.GetRequiredService<IOptions<ApiOptions>>().Value.BodyMax - clock.GetElapsedTime(since);
        using var timer = clock.CreateTimer(
            static reader => ((PipeReader)reader!).CancelPendingRead(), request.BodyReader, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        var read = await reading;
        if (!read.IsCanceled)
        {
            return read;
        }

        // What is still to come of it is not waited for.
        request.BodyReader.AdvanceTo(read.Buffer.End);
        request.HttpContext.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        throw new RefusedRequestException(Problems.RequestTimeout, "The body did not come in time.");
    }

    private static T Parse<T>(ReadOnlySequence<byte> json, JsonTypeInfo<T> type, bool isPatch) where T : class
    {
        if (json.IsEmpty)
        {
            throw new RefusedRequestException(Problems.MalformedBody, "The body is empty.");
        }

        if (json.IsSingleSegment)
        {
            return Parse(json.FirstSpan, type, isPatch);
        }

        var length = (int)json.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            json.CopyTo(buffer);
            return Parse(buffer.AsSpan(0, length), type, isPatch);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, bool isPatch) where T : class
    {
        // Some editors and libraries write a byte order mark before UTF-8. It has no meaning there.
        json = json.StartsWith(ByteOrderMark) ? json[ByteOrderMark.Length..] : json;
        try
        {
            var body = JsonSerializer.Deserialize(json, type)
                ?? throw new RefusedRequestException(Problems.MalformedBody, "The body is null.");
            return isPatch && RefuseChange(json, type) is { } refused ? throw new RefusedRequestException(refused) : body;
        }
        catch (JsonException fault)
        {
            throw new RefusedRequestException(new Refusal(Problems.MalformedBody, JsonFault.Describe(fault, json, type))
            {
                At = new BodyPlace(fault.Path ?? "$", (fault.LineNumber ?? 0) + 1, (fault.BytePositionInLine ?? 0) + 1),
            });
        }
    }

    // To the handler of a PATCH a member that is null looks like one that is absent, so this reads the JSON itself.
    private static Refusal? RefuseChange(ReadOnlySpan<byte> json, JsonTypeInfo type)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ApiJson.DepthMax });
        var isEmpty = true;
        for (reader.Read(); reader.Read() && reader.TokenType == JsonTokenType.PropertyName; reader.Skip())
        {
            var name = reader.GetString();
            isEmpty = false;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                return new Refusal(Problems.MalformedBody, JsonFault.NullValue + " Leave it out, and it stays as it is.") { At = new BodyPlace("$." + name) };
            }
        }

        return isEmpty
            ? new Refusal(Problems.MalformedBody, $"The body changes nothing: name at least one of {string.Join(", ", type.Properties.Select(member => member.Name))}.")
            {
                At = new BodyPlace("$"),
            }
            : null;
    }

    private static bool IsJson(string? contentType)
    {
        if (string.Equals(contentType, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            && parsed.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!parsed.Charset.HasValue || parsed.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || parsed.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }
}
