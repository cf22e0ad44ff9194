namespace Pos.Tests.Simulated;

/// <summary>
/// Decides about every fault, from the seed. Each seed enables some kinds with probabilities of its own, and aims at one cell of the
/// coverage table: the first chances of that fault while that step is under way are taken for certain.
/// </summary>
internal sealed class FaultPlan
{
    /// <summary>Faults that strike steps of sagas.</summary>
    public const int Kinds = (int)Fault.SnapshotOld + 1;

    /// <summary>Faults that strike reports.</summary>
    public const int FeedKinds = (int)Fault.RebuildAsked + 1 - Kinds;

    private const int AimedMax = 2;

    // A process that dies at every second step gets nothing done: the heavier, the rarer.
    private static readonly double[] Most =
    [
        0.001, 0.01, 0.01, 0.01, 0.01, 0.03, 0.2, 0.03, 0.03, 0.05, 0.05, 0.3, 0.05, 0.1, 0.002, 0.1, 0.05, 0.05, 0.1, 0.1, 0.1, 0.3, 0.3, 0.003, 0.2,
        0.2,
        // The feed.
        0.3, 0.3, 0.2, 0.05, 0.2, 0.2, 0.1, 0.05, 0.05, 0.05, 0.05, 0.1, 0.1, 0.1, 0.3, 0.3,
    ];

    private readonly double[] _probability = new double[Kinds + FeedKinds];
    private readonly int[] _asked = new int[Kinds + FeedKinds];
    private readonly ulong[] _salt = new ulong[Kinds + FeedKinds];
    private readonly StepsUnderWay _underWay;
    private readonly HashSet<Strike>? _only;
    private readonly Fault _aimedFault;
    private readonly SagaSteps _aimedStep;
    private readonly Fault _aimedFeedFault;
    private readonly ReportParts _aimedReports;
    private readonly bool _aimsAtExpiries;
    private int _aimed;
    private int _aimedAtReports;
    private bool _failsNext;

    /// <param name="seed">The seed.</param>
    /// <param name="underWay">What a fault hits.</param>
    /// <param name="only">When a failure is shrunk: nothing else may strike.</param>
    public FaultPlan(ulong seed, StepsUnderWay underWay, HashSet<Strike>? only)
    {
        (_underWay, _only) = (underWay, only);
        var chance = new Chance(seed, "faults");
        var calm = chance.Is(0.05);
        for (var kind = 0; kind < Kinds + FeedKinds; kind++)
        {
            var enabled = chance.Is(kind < Kinds ? 0.3 : 0.4);
            var probability = Most[kind] * chance.NextDouble();
            _probability[kind] = enabled && !calm ? probability : 0;
            _salt[kind] = (ulong)chance.NextInt64();
        }

        var cell = (int)(Chance.Mix(seed) % (Kinds * StepsUnderWay.Count));
        _aimedFault = (Fault)(cell / StepsUnderWay.Count);
        _aimedStep = calm ? SagaSteps.None : (SagaSteps)(1 << (cell % StepsUnderWay.Count));
        if (_aimedFault is >= Fault.CallDelayed and <= Fault.WakeUpDoubled or Fault.SecondActivation)
        {
            // A step must last for a call to come in between. What completes a return is called least.
            _probability[(int)Fault.JournalSlow] = _aimedStep == SagaSteps.Complete ? 0.9 : 0.3;
        }

        var feedCell = (int)(Chance.Mix(seed + 1) % (FeedKinds * ReportsUnderWay.Count));
        _aimedFeedFault = (Fault)(Kinds + (feedCell / ReportsUnderWay.Count));
        _aimedReports = calm ? ReportParts.None : (ReportParts)(1 << (feedCell % ReportsUnderWay.Count));

        // That an expiry fails while another wake-up asks for it, or that a second silo answers the wake-ups of the first, is rarer than
        // every cell: some seeds look for the one, some for the other.
        var aim = Chance.Mix(~seed) % 8;
        _aimsAtExpiries = !calm && aim == 0;
        HasBusyPeer = !calm && aim == 1;
        if (HasBusyPeer)
        {
            // Copies at both silos, one of which is slow to learn what it decides on.
            _probability[(int)Fault.ClientDuplicates] = Math.Max(_probability[(int)Fault.ClientDuplicates], 0.2);
            _probability[(int)Fault.CallDelayed] = Math.Max(_probability[(int)Fault.CallDelayed], 0.1);
        }

        if (_aimsAtExpiries)
        {
            _probability[(int)Fault.WakeUpDoubled] = 0.5;
        }
    }

    /// <summary>Whether there is a second silo most of the time, and many holds expire.</summary>
    public bool HasBusyPeer { get; }

    /// <summary>What struck, in order.</summary>
    public List<Strike> Struck { get; } = [];

    /// <summary>Off once the faults are to stop.</summary>
    public bool IsOn { get; set; }

    /// <summary>How often a fault hit a step.</summary>
    public int[,] Coverage { get; } = new int[StepsUnderWay.Count, Kinds];

    /// <summary>How often a fault of the feed hit a report.</summary>
    public int[,] FeedCoverage { get; } = new int[ReportsUnderWay.Count, FeedKinds];

    /// <summary>Told of each strike, for the timeline.</summary>
    public Action<Fault, SagaSteps>? OnStrike { get; set; }

    /// <summary>Whether a fault strikes now, hitting these steps.</summary>
    public bool Strikes(Fault fault, SagaSteps hit)
    {
        if (!IsOn)
        {
            return false;
        }

        var kind = (int)fault;
        var strike = new Strike(fault, _asked[kind]++);
        if (!(_only is null ? IsDrawn(strike, hit) : _only.Contains(strike)))
        {
            return false;
        }

        Struck.Add(strike);
        Cover(fault, hit);
        OnStrike?.Invoke(fault, hit);
        return true;
    }

    /// <summary>The same for what hits everything that is under way.</summary>
    public bool Strikes(Fault fault) => Strikes(fault, _underWay.Now);

    /// <summary>Whether a fault of the feed strikes now, hitting these reports.</summary>
    public bool Strikes(Fault fault, ReportParts hit)
    {
        if (!IsOn)
        {
            return false;
        }

        var strike = new Strike(fault, _asked[(int)fault]++);
        if (!(_only is null ? IsDrawn(strike, hit) : _only.Contains(strike)))
        {
            return false;
        }

        Struck.Add(strike);
        for (var i = 0; i < ReportsUnderWay.Count; i++)
        {
            FeedCoverage[i, (int)fault - Kinds] += (hit & (ReportParts)(1 << i)) != 0 ? 1 : 0;
        }

        return true;
    }

    /// <summary>The end of a hold by itself goes to the journal: its write may be one to fail.</summary>
    public void OnExpiring() => _failsNext = _aimsAtExpiries;

    /// <summary>A fault that was not drawn here but came of something else.</summary>
    public void Cover(Fault fault, SagaSteps hit)
    {
        for (var i = 0; i < StepsUnderWay.Count; i++)
        {
            if ((hit & (SagaSteps)(1 << i)) != 0)
            {
                Coverage[i, (int)fault]++;
            }
        }
    }

    /// <summary>How strong the last strike of this kind is, from 0 to 1.</summary>
    public double Strength(Fault fault) => Draw((int)fault, _asked[(int)fault], 1);

    private bool IsDrawn(Strike strike, SagaSteps hit)
    {
        if (strike.Fault == _aimedFault && (hit & _aimedStep) != 0 && _aimed < AimedMax)
        {
            _aimed++;
            return true;
        }

        var probability = _probability[(int)strike.Fault];
        if (_failsNext && strike.Fault == Fault.JournalFailing)
        {
            _failsNext = false;
            probability = 0.5;
        }

        return probability > 0 && Draw((int)strike.Fault, strike.Chance, 0) < probability;
    }

    private bool IsDrawn(Strike strike, ReportParts hit)
    {
        if (strike.Fault == _aimedFeedFault && (hit & _aimedReports) != 0 && _aimedAtReports < AimedMax)
        {
            _aimedAtReports++;
            return true;
        }

        return Draw((int)strike.Fault, strike.Chance, 0) < _probability[(int)strike.Fault];
    }

    private double Draw(int kind, int number, ulong what) =>
        (Chance.Mix(_salt[kind] + (ulong)number + (what << 40)) >> 11) * (1.0 / (1UL << 53));
}
