namespace Pos.Payments.Simulator;

/// <summary>Settings of the simulated provider, section <c>Payments:Simulator</c>; validated at start.</summary>
public sealed class SimulatorOptions
{
    /// <summary>How long a charge can be voided; afterwards it can only be refunded. Default 1 h. Real ones close their batch once a day.</summary>
    public TimeSpan VoidWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the money of a late charge takes to move, from half of this to one and a half of it. Default 3 s.</summary>
    public TimeSpan LateAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the provider cannot be reached for a charge with <c>tok_down</c>. Default 30 s.</summary>
    public TimeSpan DownFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request waits for an answer that never comes, unless the caller gives up sooner. Default 10 s.</summary>
    public TimeSpan Silence { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time of a request on its way, and of its answer. Each is drawn between zero and this. Default 0: at once.</summary>
    public TimeSpan LatencyMax { get; set; } = TimeSpan.Zero;

    /// <summary>Mishaps of charges with <c>tok_approve</c>, and of every request that is no charge. Default never.</summary>
    public SimulatedChances Chances { get; set; } = new();

    internal IEnumerable<string> Problems()
    {
        foreach (var (name, value, min) in new[]
        {
            (nameof(VoidWindow), VoidWindow, TimeSpan.Zero), (nameof(LateAfter), LateAfter, TimeSpan.FromMilliseconds(1)),
            (nameof(DownFor), DownFor, TimeSpan.Zero), (nameof(Silence), Silence, TimeSpan.FromMilliseconds(1)),
            (nameof(LatencyMax), LatencyMax, TimeSpan.Zero),
        })
        {
            if (value < min || value > TimeSpan.FromDays(1))
            {
                yield return $"Payments:Simulator:{name} is {value}: it must be from {min} to a day";
            }
        }

        foreach (var problem in Chances.Problems())
        {
            yield return problem;
        }
    }
}

/// <summary>Probabilities of mishaps, from 0 to 1, together at most 1.</summary>
public sealed class SimulatedChances
{
    /// <summary>The request is done, and the connection breaks.</summary>
    public double LoseReply { get; set; }

    /// <summary>The request does not arrive, and no answer comes.</summary>
    public double TimeoutBefore { get; set; }

    /// <summary>The request is done, and no answer comes.</summary>
    public double TimeoutAfter { get; set; }

    /// <summary>The money moves after a while. Charges only.</summary>
    public double Late { get; set; }

    /// <summary>The request is done, answered, and told again.</summary>
    public double Twice { get; set; }

    /// <summary>The request cannot be sent.</summary>
    public double Down { get; set; }

    internal Mishap Draw(Random chance, bool isCharge)
    {
        var drawn = chance.NextDouble();
        foreach (var (mishap, share) in new[]
        {
            (Mishap.LostReply, LoseReply), (Mishap.SilentBefore, TimeoutBefore), (Mishap.SilentAfter, TimeoutAfter),
            (Mishap.Twice, Twice), (Mishap.Down, Down), (Mishap.Late, isCharge ? Late : 0),
        })
        {
            if (drawn < share)
            {
                return mishap;
            }

            drawn -= share;
        }

        return Mishap.None;
    }

    internal bool IsNever => LoseReply + TimeoutBefore + TimeoutAfter + Late + Twice + Down == 0;

    internal IEnumerable<string> Problems()
    {
        double[] all = [LoseReply, TimeoutBefore, TimeoutAfter, Late, Twice, Down];
        if (Array.Exists(all, static one => one is not (>= 0 and <= 1)) || all.Sum() > 1)
        {
            yield return "Payments:Simulator:Chances are from 0 to 1 and together at most 1";
        }
    }
}
