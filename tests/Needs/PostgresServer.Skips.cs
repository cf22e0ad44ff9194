namespace Pos.Tests.Rigs;

public sealed partial class PostgresServer
{
    static partial void Refuse(string missing) => Needs.Missing(missing);
}
