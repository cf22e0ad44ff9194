using Microsoft.Extensions.Options;

namespace Pos.Grains.Feeds;

/// <summary>Settings of the journal's feed, section <c>Pos:Feed</c>; validated at start.</summary>
public sealed class FeedOptions
{
    /// <summary>
    /// How long the feed lets new events gather before it reads them. Default 20 ms. Shorter shows a change sooner, longer reads less often
    /// while much is written.
    /// </summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>First pause after a read that failed; it doubles with every failure. Default 50 ms.</summary>
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause between reads that fail. Default 5 s. The feed never gives up.</summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromSeconds(5);
}

internal sealed class FeedOptionsValidation : IValidateOptions<FeedOptions>
{
    public ValidateOptionsResult Validate(string? name, FeedOptions options)
    {
        var hour = TimeSpan.FromHours(1);
        foreach (var (what, value) in new[]
        {
            (nameof(options.Linger), options.Linger), (nameof(options.RetryMin), options.RetryMin), (nameof(options.RetryMax), options.RetryMax),
        })
        {
            if (value <= TimeSpan.Zero || value > hour)
            {
                return ValidateOptionsResult.Fail($"{what} is {value}: it must be above zero and at most an hour");
            }
        }

        return options.RetryMin <= options.RetryMax
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{nameof(options.RetryMin)} is above {nameof(options.RetryMax)}");
    }
}
