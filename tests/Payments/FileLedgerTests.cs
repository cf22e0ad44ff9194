using System.Diagnostics;
using System.Text;
using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>The provider's book on a disk: what was acknowledged is there, whatever happened.</summary>
public sealed class FileLedgerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-ledger-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "sub", "ledger.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_answered_is_there_after_a_restart_and_answered_the_same()
    {
        var (captured, voided, refunded) = (default(PaymentAnswer), default(PaymentAnswer), default(PaymentAnswer));
        using (var ledger = FileLedger.Open(Path))
        {
            var provider = Simulator(ledger);
            captured = await provider.Charge(Till.Request(TestTokens.Approve), default);
            await provider.Charge(Till.Request(TestTokens.DeclineLostCard, key: "declined"), default);
            await provider.Charge(Till.Request(TestTokens.Approve, key: "voided"), default);
            voided = await provider.Void(new("voided.void", "voided", ""), default);
            refunded = await provider.Refund(new("r1", Till.Key, "", Till.Gbp(400)), default);
        }

        using var reopened = FileLedger.Open(Path);
        var again = Simulator(reopened);
        Assert.Equal(captured, await again.Charge(Till.Request(TestTokens.Approve), default));
        Assert.Equal(new PaymentAnswer.Declined("lost-card"), await again.Query("declined", default));
        Assert.Equal(voided, await again.Void(new("voided.void", "voided", ""), default));
        Assert.Equal(refunded, await again.Refund(new("r1", Till.Key, "", Till.Gbp(400)), default));
        Assert.Equal(new PaymentAnswer.Declined("not-refundable"), await again.Refund(new("r2", Till.Key, "", Till.Gbp(601)), default));
        await Assert.ThrowsAsync<PaymentKeyReusedException>(() => again.Charge(Till.Request(TestTokens.LoseReply), default));
        Assert.Equal(5, reopened.Read().Count());
    }

    [Fact]
    public async Task Its_lines_have_the_members_that_others_read()
    {
        using (var ledger = FileLedger.Open(Path))
        {
            await Simulator(ledger).Charge(Till.Request(TestTokens.Approve), default);
        }

        Assert.Equal(
            $$"""{"at":"2026-01-01T00:00:00+00:00","kind":"captured","key":"{{Till.Key}}","charge":"{{Till.Key}}","order":"{{Till.Order}}","amount":1000,"currency":"GBP","reference":"sim-00000001","token":"tok_approve"}"""
            + "\n",
            await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public void Its_files_are_its_users_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        for (var start = 0; start < 2; start++)
        {
            using (FileLedger.Open(Path))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path + ".lock"));
            }

            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(System.IO.Path.GetDirectoryName(Path)!));

            // As an earlier release left it.
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    [Fact]
    public async Task A_line_that_a_crash_cut_off_is_dropped_wherever_it_was_cut()
    {
        using (var ledger = FileLedger.Open(Path))
        {
            await ledger.Append(Line(1), out _);
            await ledger.Append(Line(2), out _);
        }

        var whole = await File.ReadAllBytesAsync(Path);
        var first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(Path, whole[..length]);
            using var ledger = FileLedger.Open(Path);
            var kept = length == whole.Length ? 2 : length >= first ? 1 : 0;
            Assert.Equal(kept, ledger.Read().Count());
            await ledger.Append(Line(9), out _);
            Assert.Equal("9", ledger.Read().Last().Line.Key);
            Assert.Equal(kept + 1, ledger.Read().Count());
        }
    }

    [Theory]
    [InlineData("rubbish\n", 1)]
    [InlineData("{}\n", 1)]
    [InlineData("null\n", 1)]
    [InlineData("\n", 1)]
    [InlineData("{\"at\":1}\n", 1)]
    public async Task Damage_in_the_middle_is_refused_with_its_place(string damage, int line)
    {
        using (var ledger = FileLedger.Open(Path))
        {
            await ledger.Append(Line(1), out _);
        }

        await File.WriteAllTextAsync(Path, damage + await File.ReadAllTextAsync(Path));
        var refused = Assert.Throws<LedgerUnavailableException>(() => FileLedger.Open(Path));
        Assert.Contains($"{Path}' is damaged in line {line}", refused.Message, StringComparison.Ordinal);
        // Nothing is held by a refusal.
        await File.WriteAllTextAsync(Path, "");
        FileLedger.Open(Path).Dispose();
    }

    [Fact]
    public async Task A_ledger_that_contradicts_itself_is_refused()
    {
        using var ledger = FileLedger.Open(Path);
        await ledger.Append(Line(1), out _);
        await ledger.Append(Line(1), out _);
        Assert.Contains("Line 2", Assert.Throws<LedgerUnavailableException>(() => Simulator(ledger)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_process_has_it()
    {
        using var ledger = FileLedger.Open(Path);
        Assert.Contains("in use", Assert.Throws<LedgerUnavailableException>(() => FileLedger.Open(Path)).Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            using var other = Process.Start("flock", ["--nonblock", Path + ".lock", "true"]);
            other.WaitForExit();
            Assert.Equal(1, other.ExitCode);
        }
    }

    [Fact]
    public void A_path_that_cannot_be_is_refused_by_name()
    {
        File.WriteAllText(System.IO.Path.Combine(_folder.FullName, "sub"), "");
        Assert.Contains(Path, Assert.Throws<LedgerUnavailableException>(() => FileLedger.Open(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_comes_at_once_shares_the_writes_and_nobody_is_lost()
    {
        const int Writers = 64, Each = 50;
        using (var ledger = FileLedger.Open(Path))
        {
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                for (var number = 0; number < Each; number++)
                {
                    await ledger.Append(Line((writer * Each) + number), out _);
                }
            })));
        }

        using var reopened = FileLedger.Open(Path);
        var keys = reopened.Read().Select(placed => int.Parse(placed.Line.Key, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(0, Writers * Each), keys.Order());
        foreach (var writer in keys.GroupBy(key => key / Each))
        {
            Assert.Equal(writer.Order(), writer);
        }
    }

    /// <summary>Its writer has just begun, is at the disk, or has told the last appender and not gone yet.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Once_it_is_closed_the_next_one_can_open_it_whatever_its_writer_was_doing(bool isAcknowledged)
    {
        for (var number = 0; number < 50; number++)
        {
            Task append;
            using (var ledger = FileLedger.Open(Path))
            {
                append = ledger.Append(Line(number), out _);
                if (isAcknowledged)
                {
                    await append;
                }
            }

            FileLedger.Open(Path).Dispose();
            Assert.True(append.IsCompleted);
            _ = append.Exception;
        }
    }

    [Fact]
    public async Task After_the_ledger_is_gone_no_outcome_is_known_any_more()
    {
        var ledger = FileLedger.Open(Path);
        var provider = Simulator(ledger);
        ledger.Dispose();
        await Assert.ThrowsAsync<IOException>(() => ledger.Append(Line(1), out _));
        Assert.IsType<PaymentAnswer.Unknown>(await provider.Charge(Till.Request(TestTokens.Approve), default));
        Assert.IsType<PaymentAnswer.Unknown>(await provider.Query(Till.Key, default));
        Assert.Equal("", await File.ReadAllTextAsync(Path, Encoding.UTF8));
    }

    private static LedgerLine Line(int number) => new(
        new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), LedgerKind.Captured, $"{number}", $"{number}", Till.Order, 1_000, new Currency("GBP"), $"sim-{number}", Token: "tok_ü");

    private static PaymentSimulator Simulator(IPaymentLedger ledger) => new Till(ledger: ledger).Provider;
}
