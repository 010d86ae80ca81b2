// Most situations wait for an agent and cost little. More at once would only disturb each other's bounds on two cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
