using Pos.Journal;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests.Simulated;

/// <summary>One simulated shop: a disk that outlives everything, a process with journal and silo that does not, and clients.</summary>
internal sealed class World : Ground, IDisposable
{
    private readonly JournalOptions _limits;
    private readonly Chance _chance;
    private readonly List<Silo> _gone = [];
    private Owner _process;
    private TimeSpan _skewMax;

    public World(ulong seed, HashSet<Strike>? only, bool withTimeline)
        : base(new Machine(seed), new Owner("provider"), new Chance(seed, "provider"))
    {
        Seed = seed;
        Timeline = new Timeline(Machine, withTimeline);
        Violations = new Violations(Machine);
        Plan = new FaultPlan(seed, UnderWay, only);
        Plan.OnStrike = (fault, hit) => Timeline.Say($"!! {fault} ({hit})");
        Appends = new AppendsUnderWay(UnderWay, Timeline);
        Book = new Book(Machine, Violations, UnderWay, Timeline);
        Replies = new Replies(this);
        LastLooks = new LastLooks(this);
        Costs = new Costs(Plan, Violations);
        Authority = new Authority(Book, Requests, Violations);
        Requests.OnFirst = Costs.Send;
        Book.Watched = (e, body, stream) =>
        {
            Authority.Take(e, body, stream);
            Costs.Take(e, body);
            Reports?.Take(e, body);
        };
        _chance = new Chance(seed, "world");
        _limits = new JournalOptions
        {
            BatchEventsMax = _chance.Is(0.3) ? 1 + _chance.Next(8) : 2_000,
            QueueEventsMax = _chance.Is(0.2) ? 4 + _chance.Next(20) : 20_000,
        };
        Cards.LatencyMax = TimeSpan.FromMilliseconds(_chance.Next(300));
        (Cards.Silence, Cards.DownFor) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        Cards.VoidWindow = TimeSpan.FromSeconds(_chance.Is(0.5) ? 2 : 3_600);
        Cards.LateAfter = TimeSpan.FromSeconds(1 + _chance.Next(_chance.Is(0.4) ? 45 : 8));
        Cards.Chances = new()
        {
            LoseReply = 0.2 * _chance.NextDouble(),
            TimeoutBefore = 0.1 * _chance.NextDouble(),
            TimeoutAfter = 0.1 * _chance.NextDouble(),
            Late = 0.2 * _chance.NextDouble(),
            Twice = 0.2 * _chance.NextDouble(),
            Down = 0.1 * _chance.NextDouble(),
        };
        PaymentPatience = TimeSpan.FromSeconds(_chance.Is(0.5) ? 20 : 1 + _chance.Next(6));
        SnapshotEventsMax = _chance.Is(0.7) ? 1 + _chance.Next(8) : 1_000;
        Reports = Reporting.IsIn(seed) ? new Reporting(this) : null;
        (_process, Journal, Silo) = (null!, null!, null!);
        Boot();
    }

    public ulong Seed { get; }

    public StepsUnderWay UnderWay { get; } = new();

    public LastLooks LastLooks { get; }

    public AppendsUnderWay Appends { get; }

    public Timeline Timeline { get; }

    public Violations Violations { get; }

    public FaultPlan Plan { get; }

    public Book Book { get; }

    public Replies Replies { get; }

    public Requests Requests { get; } = new();

    public Authority Authority { get; }

    public Costs Costs { get; }

    public SimulatedJournal Journal { get; private set; }

    public Silo Silo { get; private set; }

    /// <summary>A second silo on the same journal, or null.</summary>
    public Silo? Peer { get; private set; }

    /// <summary>The reports and what feeds them; null in most seeds.</summary>
    public Reporting? Reports { get; }

    /// <summary>How long an order waits for its cards.</summary>
    public TimeSpan PaymentPatience { get; }

    public int SnapshotEventsMax { get; }

    /// <summary>For the last check: fold everything anew.</summary>
    public bool IgnoreSnapshots { get; set; }

    /// <summary>Whether some activation may know less than the journal: it can show old truth until it appends.</summary>
    public bool HasStaleReaders { get; set; }

    public int SnapshotsSaved { get; set; }

    public int SnapshotsRead { get; set; }

    public int Crashes { get; private set; }

    public bool IsWell => Violations.First is null && Machine.Escape is null;

    public SagaSteps UnderWayIn(string stream) => Appends.In(stream) | Book.DebtOf(stream);

    /// <summary>The silo for the next call: mostly the one, sometimes the second, which does not know what the first has under way.</summary>
    public Silo Choose(string stream, SagaSteps begins)
    {
        if (Plan is { IsOn: true, HasBusyPeer: true })
        {
            HasStaleReaders = true;
            Peer ??= Start("peer");
        }

        if (!Plan.IsOn || !Plan.Strikes(Fault.SecondActivation, UnderWayIn(stream) | begins | (Book.IsKnown(stream) ? 0 : SagaSteps.Place | SagaSteps.Accept)))
        {
            return Silo;
        }

        HasStaleReaders = true;
        if (!Book.IsKnown(stream) && StreamName.Parse(stream) is { Category: "order" } order)
        {
            // Somebody has looked for it in the first silo before, whose activation will know nothing of it.
            _ = Silo.Grains.GetGrain<IOrderGrain>(order.Key).Get();
        }

        return Peer ??= Start("peer");
    }

    /// <summary>One step of the world, with everything that is checked after it.</summary>
    public bool TakeStep()
    {
        if (Plan.IsOn)
        {
            Strike();
        }

        if (!Machine.TakeStep())
        {
            return false;
        }

        Book.CatchUp(Disk);
        Appends.Look();
        Reports?.Look();
        Violations.Require(Machine.Escape is null, Invariant.NothingEscapes, "machine", Machine.Escape ?? "");
        return true;
    }

    /// <summary>Everything stops in the middle, and a new process starts from the disk.</summary>
    public void Restart()
    {
        Journal.Crash();
        if (_process.IsDead)
        {
            Boot();
        }
    }

    /// <summary>The second silo goes.</summary>
    public void LosePeer()
    {
        if (Peer is { } peer)
        {
            Timeline.Say("the peer dies");
            Peer = null;
            _gone.Add(peer);
            peer.Die();
        }
    }

    private void Strike()
    {
        if (Plan.Strikes(Fault.SiloCrash))
        {
            Restart();
        }

        if (Peer is not null && Plan.Strikes(Fault.PeerCrash))
        {
            LosePeer();
        }

        if (Plan.Strikes(Fault.ClockJump))
        {
            var strength = Plan.Strength(Fault.ClockJump);
            // Back by less than what Limits.ClockSkewMax forgives; forward by up to twenty minutes.
            Machine.Skew = strength < 0.3
                ? _skewMax - TimeSpan.FromSeconds(4 * strength / 0.3)
                : _skewMax += TimeSpan.FromSeconds(Math.Pow(strength, 6) * 1_200);
            Timeline.Say($"the clock says {Machine.UtcNow:O}");
        }
    }

    public void Dispose()
    {
        LosePeer();
        Journal.Crash();
        Journal.Dispose();
        foreach (var silo in _gone)
        {
            silo.Dispose();
        }

        Reports?.Dispose();
    }

    private void Boot()
    {
        // Not where they died, which may be inside of one of their own steps.
        Journal?.Dispose();
        _process = new Owner($"process {Crashes}");
        Journal = new SimulatedJournal(
            new VirtualTime(Machine, _process), Disk, new DiskFaults(Plan, Machine), _limits, Schedule, null);
        Journal.Crashed += OnCrash;
        Book.Recovered(Disk);
        Silo = Start("silo");
        Reports?.Boot();
    }

    private Silo Start(string name) => new(this, name, new Owner($"{name} {Crashes}"));

    private void Schedule(Action step)
    {
        var owner = _process;
        if (Plan.Strikes(Fault.JournalSlow))
        {
            Machine.After(owner, _chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)), step);
        }
        else
        {
            Machine.Enqueue(owner, step);
        }
    }

    private void OnCrash()
    {
        Timeline.Say("the process dies");
        Crashes++;
        _process.IsDead = true;
        Appends.Clear();
        _gone.Add(Silo);
        Silo.Die();
        LosePeer();
        Reports?.Die();
        var again = new Owner("init");
        // A crash inside of a step of the journal: the new process starts when the step is over.
        Machine.After(again, TimeSpan.FromMilliseconds(50), () =>
        {
            if (_process.IsDead)
            {
                Boot();
            }
        });
    }
}
