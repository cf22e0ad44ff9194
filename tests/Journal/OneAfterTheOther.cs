// Some of these tests harm a server or a disk while time passes: others beside them would only make that slower.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
