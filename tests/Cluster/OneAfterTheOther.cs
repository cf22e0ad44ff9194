// Each class has a whole cluster of its own: two at a time would only make each other slower.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
