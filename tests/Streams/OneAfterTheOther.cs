// Each test starts silos of its own, and listens to one meter.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
