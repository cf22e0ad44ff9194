using System.CommandLine;
using System.Text;
using Pos.Cli;
using Pos.Cli.Load;
using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;

namespace Pos.Tests;

public sealed class TheConditions
{
    private static readonly LatencyHistogram Latencies = Of(10, 10, 10, 600);
    private static readonly Tally Counted = new(
        900, 900, 0, 50, new Dictionary<string, long> { ["insufficient-stock"] = 100 }, new Dictionary<string, long> { ["overloaded"] = 45 },
        Times.Of(Latencies), new Dictionary<string, Times>());

    [Theory]
    [InlineData("p99>500ms", "p99>500ms: it was 600 ms")]
    [InlineData("p99 > 0.5 s", "p99 > 0.5 s: it was 600 ms")]
    [InlineData("max>=600ms", "max>=600ms: it was 600 ms")]
    [InlineData("max>600ms", null)]
    [InlineData("p50>500ms", null)]
    [InlineData("p99.9<1s", "p99.9<1s: it was 600 ms")]
    [InlineData("mean<=157.5ms", "mean<=157.5ms: it was 157.5 ms")]
    [InlineData("rate<100", "rate<100: it was 90/s")]
    [InlineData("rate<90/s", null)]
    [InlineData("errors>0", "errors>0: it was 95")]
    [InlineData("errors>10%", null)]
    [InlineData("errors>=10%", "errors>=10%: it was 10 %")]
    public void a_condition_says_what_was_measured_when_it_holds(string text, string? found)
    {
        Assert.True(FailIf.TryParse(text, out var condition));
        Assert.Equal(found, condition.Found(Counted, 90, Latencies));
    }

    [Theory]
    [InlineData("p99>500")]
    [InlineData("p101>5ms")]
    [InlineData("p99=5ms")]
    [InlineData("rate>5ms")]
    [InlineData("errors>5s")]
    [InlineData("max>5%")]
    [InlineData("p99>-5ms")]
    [InlineData("p99>5ms or so")]
    [InlineData("")]
    public void what_is_no_condition_is_refused(string text) => Assert.False(FailIf.TryParse(text, out _));

    [Theory]
    [InlineData("--scenario hot --clients 0", "--clients is a number from 1 to 10000.")]
    [InlineData("--scenario hot --clients many", "--clients is a number from 1 to 10000.")]
    [InlineData("--scenario cold", "--scenario is hot, spread, checkout or soak.")]
    [InlineData("--scenario hot --rate 0", "--rate is a number above 0, 1000000 at most.")]
    [InlineData("--scenario hot --duration 0s", "--duration is a time like 30s, 5m or 1h, a week at most.")]
    [InlineData("--scenario hot --duration 8d", "--duration is a time like 30s, 5m or 1h, a week at most.")]
    [InlineData("--scenario hot --ramp 1.2.3s", "--ramp is a time like 30s, 5m or 1h, a week at most.")]
    [InlineData("--scenario hot --target ftp://shop", "--target is an address like http://localhost:5080.")]
    [InlineData("--scenario hot --target http://a --target b", "--target is an address like http://localhost:5080.")]
    [InlineData("--scenario spread --items 0", "--items is a number from 1 to 100000.")]
    [InlineData("--scenario spread --skew 6", "--skew is a number from 0 to 5.")]
    [InlineData("--scenario hot --store Shop", "--store is made of a–z, 0–9 and -, begins with a letter or digit, and has 32 characters at most.")]
    [InlineData("--scenario hot --store -shop", "--store is made of a–z, 0–9 and -, begins with a letter or digit, and has 32 characters at most.")]
    [InlineData("--scenario hot --target http://shop/#till", "--target is an address like http://localhost:5080.")]
    [InlineData("--scenario hot --seed -1", "--seed is a number from 0 to 2147483647.")]
    [InlineData("--scenario hot --fail-if p99>500", "--fail-if is a condition like p99>500ms, max>2s, rate<1000, errors>0 or errors>0.1%.")]
    public void a_bad_option_is_told_in_one_line(string arguments, string message) =>
        Assert.Equal(message, Parse(arguments).Errors[0].Message);

    [Theory]
    [InlineData("--scenario hot --buyers 5 --duration 5s")]
    [InlineData("--scenario hot --items 5")]
    public void options_that_contradict_each_other_are_refused(string arguments) =>
        Assert.Throws<CannotRunException>(() => LoadOptions.Plan(Parse(arguments)));

    [Fact]
    public void what_is_not_said_is_as_the_help_says()
    {
        var hot = LoadOptions.Plan(Parse("--scenario hot"));
        Assert.Equal((64, 1, null, TimeSpan.FromSeconds(30), TimeSpan.Zero), (hot.Clients, hot.Items, hot.Rate, hot.Duration, hot.Ramp));
        Assert.NotEqual(hot.Store, LoadOptions.Plan(Parse("--scenario hot")).Store);
        var soak = LoadOptions.Plan(Parse("--scenario soak --ramp 500ms --target http://a --target https://b/pos"));
        Assert.Equal((1_000, TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(500)), (soak.Items, soak.Duration, soak.Ramp));
        Assert.Equal(["http://a/", "https://b/pos/"], soak.Targets.Select(target => target.ToString()));
        Assert.Equal(TimeSpan.MaxValue, LoadOptions.Plan(Parse("--scenario hot --buyers 5")).End);
    }

    [Theory]
    [InlineData(201, """{"lines":[{"id":"ff","code":"x"}],"id":"0a"}""", Verdict.Done, "")]
    [InlineData(201, """{"lines":[]}""", Verdict.Open, "answer-without-id")]
    [InlineData(202, """{"id":"0a"}""", Verdict.Open, "not-ended")]
    [InlineData(409, """{"title":"Sold out","code":"insufficient-stock"}""", Verdict.Refused, "insufficient-stock")]
    [InlineData(409, """{"code":"illegal-transition"}""", Verdict.Failed, "illegal-transition")]
    [InlineData(402, """{"code":"payment-declined"}""", Verdict.Refused, "payment-declined")]
    [InlineData(403, "", Verdict.Failed, "http-403")]
    [InlineData(429, """{"code":"too-many-requests"}""", Verdict.Failed, "too-many-requests")]
    [InlineData(503, """{"code":"overloaded"}""", Verdict.Failed, "overloaded")]
    [InlineData(503, """{"code":"not-durable"}""", Verdict.Open, "not-durable")]
    [InlineData(502, "<html>Bad gateway</html>", Verdict.Open, "http-502")]
    [InlineData(500, "[1,", Verdict.Open, "http-500")]
    public void an_answer_is_judged_by_what_it_promises(int status, string body, object verdict, string code)
    {
        var end = SessionEnd.Of(new HttpAnswer(status, Encoding.UTF8.GetBytes(body), null, false));

        Assert.Equal((verdict, code), (end.Verdict, end.Code));
        Assert.Equal(end.Verdict == Verdict.Done ? (UInt128)10 : 0, end.Id);
    }

    private static ParseResult Parse(string arguments) =>
        LoadCommand.Create(new Terminal(TextWriter.Null, TextWriter.Null, false, TimeProvider.System)).Parse(arguments.Split(' '));

    private static LatencyHistogram Of(params int[] milliseconds)
    {
        var histogram = new LatencyHistogram();
        foreach (var value in milliseconds)
        {
            histogram.Record(TimeSpan.FromMilliseconds(value));
        }

        return histogram;
    }
}
