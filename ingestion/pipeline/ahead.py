"""Doing pure work one batch ahead of the consumer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items, the last one shorter; nothing for no items."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`map(work, items)` that works on the next item in a thread while the consumer uses the one before.

    Waiting for the database releases the interpreter, so writing the next batch costs almost no time on the clock.
    The items are drawn in the caller's own thread, and `work` must not touch the database: connections belong to one
    thread. A single item is worked on without any thread.
    """
    rest = iter(items)
    head = list(islice(rest, 2))
    if len(head) < 2:
        yield from map(work, head)
        return
    with ThreadPoolExecutor(max_workers=1) as pool:
        pending = pool.submit(work, head[0])
        for item in _chain(head[1], rest):
            result = pending.result()
            pending = pool.submit(work, item)
            yield result
        yield pending.result()


def _chain(first: Item, rest: Iterator[Item]) -> Iterator[Item]:
    yield first
    yield from rest
