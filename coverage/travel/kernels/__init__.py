"""Search the road graph fast: compiled kernels over a packed graph, loaded only when a run is large enough.

    packed   nodes in Hilbert order, weight and head of an arc in one word
    nearest  the nearest and second nearest seed of every node, block by block
    bounded  everything within a limit of each seed set, as sparse pairs
    elimination, hierarchy   a few upward arcs a node that keep all distances
    sweep, cutoff            pairs over the hierarchy, sixteen sites side by side; nearest seeds in two passes
    grid     times spread over cells, for isochrones

Every kernel gives exactly what coverage/travel/search.py gives. Queues are
circular arrays of buckets, each a linked list of slots of a pool; inside a
bucket the search corrects labels, so the result is exact whatever the width.
Each search writes its queue out: a shared function costs a third of the speed
inlined by numba, and half of it inlined by LLVM (measured). An array that may
grow inside a loop slows it, by a tenth up to ten times (measured), so searches
leave their loop to grow.
"""
