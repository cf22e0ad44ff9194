using System.Globalization;
using Pos.Tests.Rigs;

namespace Pos.Bench.Compare;

/// <summary>Bare SQL on PostgreSQL, with PostgreSQL's own load generator: 64 clients over TCP, prepared statements, fsync and synchronous_commit on.</summary>
internal sealed class Pgbench
{
    private const int Clients = 64;

    public const string HotUpdate = "UPDATE stock SET qty = qty - 1 WHERE sku = 1 AND qty > 0;";

    public const string HotOrder =
        """
        \set b random(2, 1000)
        SELECT place_order(1, :b);
        """;

    public const string SpreadOrder =
        """
        \set a random(1, 1000)
        \set b random(1, 1000)
        SELECT place_order(:a, :b);
        """;

    public const string FourCommitsByFunction =
        """
        \set a random(1, 1000)
        \set b random(1, 1000)
        SELECT create_order(:a, :b) AS id \gset
        SELECT reserve_order(:id, :a, :b);
        SELECT pay_order(:id);
        SELECT confirm_order(:id);
        """;

    public const string FourCommitsByStatement =
        """
        \set a random(1, 1000)
        \set b random(1, 1000)
        \set last least(:a, :b)
        \set first greatest(:a, :b)
        BEGIN;
        INSERT INTO orders (state, total) VALUES ('CREATED', 597) RETURNING id \gset
        INSERT INTO order_lines VALUES (:id, 1, :a, 1, 199), (:id, 2, :b, 2, 199);
        COMMIT;
        BEGIN;
        UPDATE orders SET state = 'STOCK_RESERVED' WHERE id = :id;
        UPDATE stock SET qty = qty - 1 WHERE sku = :first AND qty > 0;
        UPDATE stock SET qty = qty - 1 WHERE sku = :last AND qty > 0;
        COMMIT;
        BEGIN;
        INSERT INTO payments VALUES (:id, 597);
        UPDATE orders SET state = 'PAYMENT_SUCCESS' WHERE id = :id;
        COMMIT;
        UPDATE orders SET state = 'CONFIRMED' WHERE id = :id;
        """;

    private readonly PostgresServer _server;
    private readonly string _database;

    public Pgbench(PostgresServer server)
    {
        _server = server;
        _database = server.CreateDatabase();
        server.Execute(_database, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "contenders.sql")));
    }

    public async Task<Figure> Measure(string script, TimeSpan turn)
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-pgbench-");
        try
        {
            var file = Path.Combine(folder.FullName, "script.sql");
            await File.WriteAllTextAsync(file, script);
            await Programs.Run(
                "pgbench", "-n", "-M", "prepared", "-h", "127.0.0.1", "-p", Programs.Text(_server.Port), "-U", "postgres", "-c", Programs.Text(Clients),
                "-j", "2", "-T", Programs.Text((int)turn.TotalSeconds), "-f", file, "-l", $"--log-prefix={folder.FullName}/log", _database);
            // Each transaction has a line; the third field is its duration in microseconds.
            var taken = folder.EnumerateFiles("log*").SelectMany(log => File.ReadLines(log.FullName)).Select(Microseconds).Order().ToArray();
            return new Figure(taken.Length / turn.TotalSeconds, taken.Average() / 1_000, taken[(int)(taken.Length * 0.99)] / 1_000.0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long Microseconds(string line) => long.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
}
