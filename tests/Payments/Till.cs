using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>A simulated provider in one thread, and requests for it.</summary>
internal sealed class Till
{
    public static readonly OrderId Order = new("00000000000000000000000000000001");

    public const string Key = "00000000000000000000000000000001.1";

    public Till(SimulatorOptions? options = null, IPaymentLedger? ledger = null)
    {
        Options = options ?? new();
#pragma warning disable RS0030 // The seed is the point.
        Provider = new(ledger ?? Ledger, Options, Time, new Random(1));
#pragma warning restore RS0030
        Provider.Listen(News.Add);
    }

    public ManualTime Time { get; } = new();

    public MemoryLedger Ledger { get; } = new();

    public SimulatorOptions Options { get; }

    public PaymentSimulator Provider { get; }

    public List<string> News { get; } = [];

    public static Money Gbp(long amount) => new(amount, new Currency("GBP"));

    public static ChargeRequest Request(string token, long amount = 1_000, string key = Key) => new(key, Order, Gbp(amount), token);

    /// <summary>The answer, however long it takes.</summary>
    public PaymentAnswer Charge(string token, long amount = 1_000, string key = Key) => Answer(Provider.Charge(Request(token, amount, key), default));

    public PaymentAnswer Query(string key = Key) => Answer(Provider.Query(key, default));

    public PaymentAnswer Void(string key = Key + ".void", string charge = Key) => Answer(Provider.Void(new(key, charge, ""), default));

    public PaymentAnswer Refund(string key, long amount, string charge = Key) => Answer(Provider.Refund(new(key, charge, "", Gbp(amount)), default));

    private PaymentAnswer Answer(Task<PaymentAnswer> asked)
    {
        while (!asked.IsCompleted)
        {
            Assert.True(Time.FireNext(), "no timer is due, and there is no answer");
        }

        return asked.GetAwaiter().GetResult();
    }
}
