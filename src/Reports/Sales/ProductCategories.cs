using System.Runtime.CompilerServices;
using Pos.Journal;
using Pos.Reports.Folding;

namespace Pos.Reports.Sales;

/// <summary>
/// The categories of all products, as the products say now. One for each journal of the process; a question reads what has come since the question
/// before.
/// </summary>
internal sealed class ProductCategories(IJournal journal)
{
    private static readonly ConditionalWeakTable<IJournal, ProductCategories> All = [];
    private static readonly string[] Products = ["product"];

    private readonly Dictionary<string, string> _bySku = new(StringComparer.Ordinal);
    private Task _turn = Task.CompletedTask;
    private long _position;

    public static ProductCategories Of(IJournal journal) => All.GetValue(journal, static known => new(known));

    /// <summary>The categories of some products; a product without one has an empty text.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Of(IReadOnlyCollection<string> skus, CancellationToken cancellationToken)
    {
        Task turn;
        lock (_bySku)
        {
            turn = _turn = ReadOn(_turn);
        }

        await turn.WaitAsync(cancellationToken);
        lock (_bySku)
        {
            return skus.ToDictionary(static sku => sku, sku => _bySku.GetValueOrDefault(sku, ""), StringComparer.Ordinal);
        }
    }

    private async Task ReadOn(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        // Before the read: what is defined meanwhile is read next time.
        var head = journal.Head;
        await foreach (var recorded in journal.ReadAll(_position, Products, CancellationToken.None).ConfigureAwait(false))
        {
            if (recorded.Type is "product.defined" or "product.changed" && Payloads.Read(recorded, PayloadJson.Default.CategoryPayload).Category is { } category)
            {
                lock (_bySku)
                {
                    _bySku[recorded.Stream.Key] = category;
                }
            }

            _position = recorded.Position;
        }

        _position = Math.Max(_position, head);
    }
}
