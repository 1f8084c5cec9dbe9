"""A crew: one process a core that train one model together.

On a machine that others use too, a step of one process with many threads waits at each of its thousand small
operations for the slowest core. A crew waits twice a step: when all gradients are there, and when all weights are
moved. Weights and gradients are in shared memory; every worker moves the weights it owns.
"""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


class Crew:
    """The shared side of a crew: the gradients of every worker for every weight."""

    def __init__(self, model: nn.Module, size: int) -> None:
        self.size = size
        self.gradients = [[torch.zeros_like(weight) for weight in model.parameters()] for _ in range(size)]
        if size > 1:
            model.share_memory()
            for worker in self.gradients:
                for gradient in worker:
                    gradient.share_memory_()

    def owned(self, model: nn.Module, rank: int) -> list[tuple[str, Tensor]]:
        """The weights that a worker moves, by name: about the same number of values each."""
        loads = [0] * self.size
        mine: list[tuple[str, Tensor]] = []
        for name, weight in sorted(model.named_parameters(), key=lambda entry: -entry[1].numel()):
            owner = loads.index(min(loads))
            loads[owner] += weight.numel()
            if owner == rank:
                mine.append((name, weight))
        return mine

    def attach(self, model: nn.Module, rank: int) -> None:
        """Let a worker's backward pass write where the others can read."""
        for weight, gradient in zip(model.parameters(), self.gradients[rank], strict=True):
            weight.grad = gradient

    @torch.no_grad()
    def gather(self, model: nn.Module, rank: int, owned: set[int]) -> None:
        """Give the weights a worker owns the mean of all workers' gradients."""
        for index, weight in enumerate(model.parameters()):
            if id(weight) in owned and self.size > 1:
                total = self.gradients[rank][index]
                for other in range(self.size):
                    if other != rank:
                        total.add_(self.gradients[other][index])
                total.div_(self.size)

    def clear(self, rank: int) -> None:
        """Forget a worker's gradients."""
        torch._foreach_zero_(self.gradients[rank])


def run(work: Callable[..., None], size: int, *given: Any) -> None:
    """Run ``work(rank, barrier, *given)`` in ``size`` processes and wait for them; in this one if it is alone."""
    if size == 1:
        work(0, None, *given)
        return
    from multiprocessing.connection import wait

    import torch.multiprocessing as processes

    processes.set_sharing_strategy("file_system")
    context = processes.get_context("spawn")
    barrier = context.Barrier(size)
    started = [context.Process(target=work, args=(rank, barrier, *given)) for rank in range(size)]
    for process in started:
        process.start()
    waiting = {process.sentinel: process for process in started}
    try:
        while waiting and not any(process.exitcode for process in started):
            for sentinel in wait(list(waiting)):
                waiting.pop(sentinel).join()
    finally:  # one that died, or an interrupt, would leave the others at a meeting for ever
        for process in waiting.values():
            process.terminate()
            process.join()
    if any(process.exitcode for process in started):
        raise RuntimeError("a worker of the crew failed")
