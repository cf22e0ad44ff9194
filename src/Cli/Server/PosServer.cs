using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pos.Cli.Server;

/// <summary>
/// The HTTP API of a running server. All requests of this program can be repeated without a second effect, so they are repeated until the server
/// answers or the patience is used up. A refusal is an exception whose message is one line.
/// </summary>
internal sealed class PosServer : IDisposable
{
    private readonly HttpClient _http;
    private readonly Patience _patience;
    private long _retries;
    private long _requests;

    public PosServer(Uri address, string? key, Patience patience, int connectionsMax, TimeSpan attemptMax)
    {
        Address = address;
        _patience = patience;
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connectionsMax, UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = address,
            Timeout = attemptMax,
        };
        if (!string.IsNullOrEmpty(key))
        {
            if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                throw new CannotRunException("The API key has a space or another character that is not printable ASCII. Copy the key again.");
            }

            _http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }
    }

    public Uri Address { get; }

    /// <summary>The number of requests that were sent.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>The number of requests that were sent again.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Asks once whether a server answers at the address.</summary>
    public async Task<bool> Answers(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(Relative("health/live"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            return false;
        }
    }

    /// <exception cref="CannotRunException">No server answers at the address.</exception>
    public async Task MustAnswer(CancellationToken cancellationToken)
    {
        if (!await Answers(cancellationToken))
        {
            throw new CannotRunException(
                $"No server answers at {Address}. Start one with 'dotnet run --project src/Silo', or name another.");
        }
    }

    public async Task Put<T>(string path, T body, JsonTypeInfo<T> json, CancellationToken cancellationToken)
    {
        using var answer = await Send(() => Request(HttpMethod.Put, path, body, json, null), path, cancellationToken);
        await MustSucceed(answer, path, cancellationToken);
    }

    public async Task<T> Get<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellationToken)
    {
        using var answer = await Send(() => new HttpRequestMessage(HttpMethod.Get, Relative(path)), path, cancellationToken);
        await MustSucceed(answer, path, cancellationToken);
        return await Read(answer, json, path, cancellationToken);
    }

    /// <summary>
    /// Asks whether the server charges cards. The API has no such question, so this sends a sale that can never be made: its till does not exist. A server
    /// without a payment provider refuses the card before it looks for the till.
    /// </summary>
    /// <param name="store">A store that exists.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> TakesCards(string store, CancellationToken cancellationToken)
    {
        try
        {
            await Post(
                "api/v1/orders",
                "are-cards-taken",
                new OrderMessage(store, "no-such-till", [new LineMessage("no-such-product", 1, null)], null, [new CardMessage("tok_approve", null)], null),
                Messages.Default.OrderMessage,
                cancellationToken);
        }
        catch (RefusedException refused) when (refused.Code is "no-card-provider" or "unknown-till")
        {
            return refused.Code == "unknown-till";
        }

        throw new CannotRunException($"{Address} sold something at a till that does not exist: this is no server of this version.");
    }

    /// <summary>Posts under an idempotency key and reads nothing of the answer but its success.</summary>
    public async Task Post<T>(string path, string key, T body, JsonTypeInfo<T> json, CancellationToken cancellationToken)
    {
        using var answer = await Send(() => Request(HttpMethod.Post, path, body, json, key), $"{path} ({key})", cancellationToken);
        await MustSucceed(answer, $"{path} ({key})", cancellationToken);
    }

    /// <summary>Posts without a body and without a key, where a repetition changes nothing.</summary>
    public async Task<TAnswer> Ask<TAnswer>(string path, JsonTypeInfo<TAnswer> answerJson, CancellationToken cancellationToken)
    {
        using var answer = await Send(() => new HttpRequestMessage(HttpMethod.Post, Relative(path)), path, cancellationToken);
        await MustSucceed(answer, path, cancellationToken);
        return await Read(answer, answerJson, path, cancellationToken);
    }

    /// <summary>
    /// Posts under an idempotency key and follows the Location of the answer until the order or return has ended. An answer has a Location when the
    /// sale has begun (202), and also when an order was made and then cancelled (a problem).
    /// </summary>
    public async Task<TAnswer> Post<T, TAnswer>(
        string path,
        string key,
        T body,
        JsonTypeInfo<T> json,
        JsonTypeInfo<TAnswer> answerJson,
        Func<TAnswer, bool> hasEnded,
        CancellationToken cancellationToken)
    {
        var what = $"{path} ({key})";
        var began = _patience.Time.GetTimestamp();
        using var first = await Send(() => Request(HttpMethod.Post, path, body, json, key), what, cancellationToken);
        if (first.Headers.Location is null)
        {
            await MustSucceed(first, what, cancellationToken);
        }

        var answer = first.IsSuccessStatusCode
            ? await Read(first, answerJson, what, cancellationToken)
            : await Get(first.Headers.Location!.OriginalString, answerJson, cancellationToken);
        for (var attempt = 0; !hasEnded(answer); attempt++)
        {
            var location = first.Headers.Location
                ?? throw new CannotRunException($"{what} has not ended and the server names no Location to follow.");
            if (_patience.Time.GetElapsedTime(began) > _patience.Budget)
            {
                throw new CannotRunException($"{what} has not ended after {_patience.Budget.TotalSeconds:0} s; see {location}.");
            }

            await _patience.Pause(attempt, first.Headers.RetryAfter?.Delta, cancellationToken);
            answer = await Get(location.OriginalString, answerJson, cancellationToken);
        }

        return answer;
    }

    /// <summary>All items of a list, page by page.</summary>
    public async IAsyncEnumerable<T> List<T>(
        string path,
        JsonTypeInfo<Page<T>> json,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        while (true)
        {
            var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var page = await Get(
                $"{path}{separator}limit=100{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", json, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            if (!page.HasMore)
            {
                yield break;
            }

            cursor = page.NextCursor ?? throw new CannotRunException($"{path} has more items and names no cursor.");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> Send(Func<HttpRequestMessage> request, string what, CancellationToken cancellationToken)
    {
        var began = _patience.Time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            string trouble;
            TimeSpan? retryAfter = null;
            try
            {
                using var message = request();
                Interlocked.Increment(ref _requests);
                var response = await _http.SendAsync(message, cancellationToken);
                if (!IsPassing(response))
                {
                    return response;
                }

                retryAfter = response.Headers.RetryAfter?.Delta;
                (_, trouble) = await Problem(response, cancellationToken);
                response.Dispose();
            }
            catch (Exception e) when (IsNoAnswer(e, cancellationToken))
            {
                trouble = e is HttpRequestException ? e.Message : $"no answer within {_http.Timeout.TotalSeconds:0} s";
            }
            catch (HttpRequestException unsent) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CannotRunException($"{what} cannot be sent: {unsent.Message}", unsent);
            }

            if (_patience.Time.GetElapsedTime(began) > _patience.Budget)
            {
                throw new CannotRunException($"{what}: given up after {_patience.Budget.TotalSeconds:0} s: {trouble}");
            }

            Interlocked.Increment(ref _retries);
            await _patience.Pause(attempt, retryAfter, cancellationToken);
        }
    }

    // An answer with a Location is final even when its status sounds temporary: a sale whose card did not answer in time is a 504 with a Location.
    private static bool IsPassing(HttpResponseMessage response) => response.Headers.Location is null
        && response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
            or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    // Only failures of the network are repeated. A request that cannot be sent because of its content would fail again.
    internal static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) => e switch
    {
        HttpRequestException http => http.HttpRequestError != HttpRequestError.Unknown || http.InnerException is IOException or System.Net.Sockets.SocketException,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    private static async Task MustSucceed(HttpResponseMessage response, string what, CancellationToken cancellationToken)
    {
        if (response.StatusCode is HttpStatusCode.Unauthorized)
        {
            throw new CannotRunException($"{what}: the server at {response.RequestMessage?.RequestUri?.Authority} does not know the API key. Give one with --key or as POS_KEY.");
        }

        if (!response.IsSuccessStatusCode)
        {
            var (code, told) = await Problem(response, cancellationToken);
            throw new RefusedException($"{what} was refused: {told}", code);
        }
    }

    private static async Task<(string? Code, string Told)> Problem(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(text, Messages.Default.ProblemAnswer) is { } problem
                ? (problem.Code, $"{status} {problem.Code ?? problem.Title}: {problem.Detail ?? problem.Title}")
                : (null, $"{status}");
        }
        catch (JsonException)
        {
            return (null, $"{status} {response.ReasonPhrase}");
        }
    }

    private static async Task<T> Read<T>(HttpResponseMessage response, JsonTypeInfo<T> json, string what, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body, json) ?? throw new CannotRunException($"{what}: the server answered null.");
        }
        catch (JsonException e)
        {
            throw new CannotRunException($"{what}: the server's answer is not what this version expects: {e.Message}", e);
        }
    }

    private HttpRequestMessage Request<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> json, string? key)
    {
        var message = new HttpRequestMessage(method, Relative(path))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, json)),
        };
        message.Content.Headers.ContentType = new("application/json");
        if (key is not null)
        {
            message.Headers.Add("Idempotency-Key", HeaderText.Of(key));
        }

        return message;
    }

    // A path is resolved from the server's root. A Location may also be absolute or begin with a slash.
    private Uri Relative(string path) => new(Address, path);
}
