using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Pos.Journal.Sqlite;

/// <summary>
/// The mark of the last acknowledgement, kept outside the database. SQLite silently drops everything behind a damaged place of its log; the
/// start of the journal notices that by comparing the database with this file.
/// </summary>
/// <remarks>
/// Two slots, written in turn, each with a checksum: a torn write leaves the other slot, which is older by one batch at most and
/// belongs to the last batch that was acknowledged.
/// </remarks>
internal sealed class HeadFile : IDisposable
{
    // Two slots never share a sector, nor a page.
    private const int SlotDistance = 4096;
    private const int SlotBytes = 8 + 8 + ChainHash.Size + ChainHash.Size;
    private const long Magic = 0x3144_4145_4853_4F50; // "POSHEAD1"

    private readonly SafeFileHandle _file;
    private readonly byte[] _slot = new byte[SlotBytes];
    private int _next;

    private HeadFile(SafeFileHandle file, int next)
    {
        _file = file;
        _next = next;
    }

    /// <summary>Opens or creates it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="found">The newest mark in it; null when the file was created, or holds no mark that can be read.</param>
    /// <param name="created">Whether the file did not exist.</param>
    public static HeadFile Open(string path, out JournalMark? found, out bool created)
    {
        created = !File.Exists(path);
        PrivateFiles.Create(path);
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        found = ReadNewest(file, out var at);
        return new HeadFile(file, at == 0 ? 1 : 0);
    }

    /// <summary>The newest mark of a file, which is not changed; null when there is none.</summary>
    public static JournalMark? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return ReadNewest(file, out _);
    }

    /// <summary>Writes a mark and returns when the disk has it.</summary>
    /// <exception cref="IOException">The disk does not take it. The mark before stays readable.</exception>
    public void Write(JournalMark mark)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_slot, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(_slot.AsSpan(8), mark.Position);
        mark.Running.Span.CopyTo(_slot.AsSpan(16));
        SHA256.HashData(_slot.AsSpan(0, SlotBytes - ChainHash.Size), _slot.AsSpan(SlotBytes - ChainHash.Size));
        RandomAccess.Write(_file, _slot, _next * (long)SlotDistance);
        RandomAccess.FlushToDisk(_file);
        // Only after the flush: a failed attempt is repeated on the same slot and leaves the good slot alone.
        _next = 1 - _next;
    }

    public void Dispose() => _file.Dispose();

    private static JournalMark? ReadNewest(SafeFileHandle file, out int at)
    {
        JournalMark? newest = null;
        at = 1;
        Span<byte> slot = stackalloc byte[SlotBytes];
        Span<byte> sum = stackalloc byte[ChainHash.Size];
        for (var i = 0; i < 2; i++)
        {
            if (RandomAccess.Read(file, slot, i * (long)SlotDistance) != SlotBytes
                || BinaryPrimitives.ReadInt64LittleEndian(slot) != Magic)
            {
                continue;
            }

            SHA256.HashData(slot[..(SlotBytes - ChainHash.Size)], sum);
            var position = BinaryPrimitives.ReadInt64LittleEndian(slot[8..]);
            if (!sum.SequenceEqual(slot[(SlotBytes - ChainHash.Size)..]) || (newest is { } seen && seen.Position >= position))
            {
                continue;
            }

            newest = new JournalMark(position, slot.Slice(16, ChainHash.Size).ToArray());
            at = i;
        }

        return newest;
    }
}
