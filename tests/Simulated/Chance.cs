namespace Pos.Tests.Simulated;

/// <summary>
/// Everything random comes from here: SplitMix64, the same on every machine and runtime. A stream of chance of its own for each
/// purpose, so that a fault more or less does not change what the clients want.
/// </summary>
internal sealed class Chance : Random
{
    private ulong _state;

#pragma warning disable RS0030 // The base class is only a shape: every draw comes from the state below.
    public Chance(ulong seed, string purpose)
        : base(0) => _state = Mix(seed ^ Purpose(purpose));
#pragma warning restore RS0030

    /// <summary>A fixed scrambling of 64 bits.</summary>
    public static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>True with a probability.</summary>
    public bool Is(double probability) => NextDouble() < probability;

    /// <summary>One of some.</summary>
    public T Of<T>(IReadOnlyList<T> some) => some[Next(some.Count)];

    /// <summary>A time between two, mostly nearer to the first.</summary>
    public TimeSpan Between(TimeSpan min, TimeSpan max)
    {
        var share = NextDouble();
        return min + TimeSpan.FromTicks((long)((max - min).Ticks * share * share));
    }

    public override int Next() => (int)(Draw() >> 33);

    public override int Next(int maxValue) => (int)(((Draw() >> 32) * (ulong)maxValue) >> 32);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    public override long NextInt64() => (long)(Draw() >> 1);

    public override double NextDouble() => (Draw() >> 11) * (1.0 / (1UL << 53));

    protected override double Sample() => NextDouble();

    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref var b in buffer)
        {
            b = (byte)Draw();
        }
    }

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    private static ulong Purpose(string purpose)
    {
        var hash = 14695981039346656037;
        foreach (var letter in purpose)
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        return hash;
    }

    private ulong Draw()
    {
        var drawn = Mix(_state);
        _state += 0x9E3779B97F4A7C15;
        return drawn;
    }
}
