// Every class has a whole host of its own: two at a time would only make each other slower.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
