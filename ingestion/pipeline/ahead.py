"""Doing pure work one batch ahead of the consumer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Start = Callable[[], None]


def not_yet() -> None:
    """Start nothing: for a consumer that has no next batch."""


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items, the last one shorter; nothing for no items."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[tuple[Result, Start]]:
    """`map(work, items)`, each result with a function that starts the work on the next item in a thread.

    The consumer calls it right before it waits for the database: that wait leaves the interpreter free, so the next
    batch costs almost no time on the clock. Called earlier, the two would wait for each other; not called at all, the
    next item is worked on when the consumer asks for it. Items are drawn in the consumer's own thread, and `work` must
    not touch the database: a connection belongs to one thread.
    """
    rest = iter(items)
    head = list(islice(rest, 1))
    if not head:
        return
    with ThreadPoolExecutor(max_workers=1) as pool:
        result, following = work(head[0]), list(islice(rest, 1))
        while following:
            pending: list[Future[Result]] = []
            item = following[0]

            def start(item: Item = item, pending: list[Future[Result]] = pending) -> None:
                if not pending:
                    pending.append(pool.submit(work, item))

            yield result, start
            start()
            following = list(islice(rest, 1))
            result = pending[0].result()
        yield result, not_yet
