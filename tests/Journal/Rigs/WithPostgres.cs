namespace Pos.Tests.Rigs;

/// <summary>One server for all tests that do not harm it; they take turns.</summary>
[CollectionDefinition(Name)]
public sealed class WithPostgres : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
