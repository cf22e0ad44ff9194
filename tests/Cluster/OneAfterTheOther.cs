// Each class has a whole cluster of its own, and two clusters at a time would slow each other down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
