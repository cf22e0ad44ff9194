namespace Pos.Grains;

/// <summary>Settings of the grains, section <c>Pos:Grains</c>; validated at start.</summary>
public sealed class GrainsOptions
{
    /// <summary>
    /// First pause before a saga repeats an effect that had no answer; it doubles with every failure. Default 50 ms. Shorter heals
    /// sooner after a hiccup, longer is gentler to a journal that is full.
    /// </summary>
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause between repetitions. Default 10 s. Sagas never give up.</summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after its last event an unsettled order or return is looked after by the journal's wake-up, should its activation
    /// have died. Default 30 s. Shorter heals sooner after a crash, longer wakes fewer sagas that are merely slow.
    /// </summary>
    public TimeSpan SagaWakeUp { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait of a request for the saga's end; a caller may ask for less. Default 20 s: below Orleans' response time-out.</summary>
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long after it was sent a charge that the payment provider does not know may still come to be. Default 10 min. Only after it a payment
    /// that was undone is given up as never charged. Shorter than what the provider promises loses sight of money; longer settles later.
    /// </summary>
    public TimeSpan ProviderLateMax { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long an order waits for what comes of its cards before it gives itself up and the money back. Default 2 min. Shorter frees the
    /// held goods sooner, longer survives a longer silence of the payment provider.
    /// </summary>
    public TimeSpan PaymentPatience { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest wait for a payment before it is asked again. Default 5 s: below Orleans' response time-out.</summary>
    public TimeSpan PaymentWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a cart that nobody touches is kept. Default 24 h. Shorter forgets customers who come back, longer keeps more carts that
    /// nobody wants.
    /// </summary>
    public TimeSpan CartLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long after it happened (its <c>occurredAt</c>) a sale or a return may be told without a manager. Default 72 h: a long weekend
    /// without a network. Shorter keeps closed days closed, longer lets tills be away for longer.
    /// </summary>
    public TimeSpan ToldLateMax { get; set; } = Limits.ToldLateMax;

    /// <summary>How often due wake-ups are looked for. Default 500 ms. Shorter notices an expiry sooner, at one small read each time.</summary>
    public TimeSpan WakeUpPoll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a claimed wake-up is kept from other silos. Default 45 s: above Orleans' response time-out, or a slow one is done twice.
    /// </summary>
    public TimeSpan WakeUpLease { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Wake-ups under way at one time, in this silo. Default 64.</summary>
    public int WakeUpsMax { get; set; } = 64;

    /// <summary>
    /// Events that an activation replays behind a snapshot at most; busy items save at most as seldom. Default 100,000: the item's own rule
    /// (1,000 events and two for each thing it remembers) up to some 49,500 remembered things, and this bound above. Smaller activates
    /// faster and writes more.
    /// </summary>
    public int SnapshotEventsMax { get; set; } = 100_000;

    internal IEnumerable<string> Problems()
    {
        foreach (var (name, value) in new[]
        {
            (nameof(RetryMin), RetryMin), (nameof(RetryMax), RetryMax), (nameof(SagaWakeUp), SagaWakeUp), (nameof(WaitMax), WaitMax),
            (nameof(ProviderLateMax), ProviderLateMax),
            (nameof(WakeUpPoll), WakeUpPoll), (nameof(WakeUpLease), WakeUpLease),
            (nameof(PaymentPatience), PaymentPatience), (nameof(PaymentWait), PaymentWait),
        })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(1))
            {
                yield return $"{name} is {value}: it must be above zero and at most an hour";
            }
        }

        if (CartLifetime < TimeSpan.FromMinutes(1) || CartLifetime > TimeSpan.FromDays(366))
        {
            yield return $"{nameof(CartLifetime)} is {CartLifetime}: it must be from a minute to a year";
        }

        if (ToldLateMax < TimeSpan.FromMinutes(1) || ToldLateMax > TimeSpan.FromDays(366))
        {
            yield return $"{nameof(ToldLateMax)} is {ToldLateMax}: it must be from a minute to a year";
        }

        if (RetryMin > RetryMax)
        {
            yield return $"{nameof(RetryMin)} is above {nameof(RetryMax)}";
        }

        if (SnapshotEventsMax < 1)
        {
            yield return $"{nameof(SnapshotEventsMax)} is {SnapshotEventsMax}: it must be at least 1";
        }

        if (WakeUpsMax is < 1 or > 10_000)
        {
            yield return $"{nameof(WakeUpsMax)} is {WakeUpsMax}: it must be from 1 to 10000";
        }
    }
}
