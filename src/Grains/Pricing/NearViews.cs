using System.Collections.Concurrent;

namespace Pos.Grains.Pricing;

/// <summary>
/// The durable views of one kind of grain that are active in this silo. Who reads here gets the answer that a call of the grain would get at this moment,
/// without the call: an activation shows its view before it tells anybody of a change, and hides it before it ends.
/// </summary>
/// <typeparam name="TView">What is shown.</typeparam>
public sealed class NearViews<TView> where TView : class
{
    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>The view that the activation of a key shows; null when none is active here, or when it shows nothing.</summary>
    public TView? Find(string key) => _places.TryGetValue(key, out var place) ? place.View : null;

    /// <summary>Makes a place for an activation.</summary>
    internal Place Open(string key) => _places[key] = new Place(this, key);

    /// <summary>The place where one activation shows its view.</summary>
    internal sealed class Place(NearViews<TView> all, string key)
    {
        private volatile TView? _view;

        public TView? View => _view;

        public void Show(TView? view) => _view = view;

        /// <summary>Hides the view for good. Another activation's place stays.</summary>
        public void Close()
        {
            _view = null;
            all._places.TryRemove(new KeyValuePair<string, Place>(key, this));
        }
    }
}
