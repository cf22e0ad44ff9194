using System.Security.Cryptography;
using System.Text;

namespace Pos.Journal.Postgres;

/// <summary>What stands for a stream's name in the database, as <c>pos_journal.key_of</c> computes it: a narrow index, whatever the name.</summary>
internal static class StreamKey
{
    private const int Bytes = 16;

    public static Guid Of(string stream)
    {
        Span<byte> name = stackalloc byte[3 * StreamName.LengthMax];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name[..Encoding.UTF8.GetBytes(stream, name)], hash);
        return new Guid(hash[..Bytes], bigEndian: true);
    }
}
