"""Working one batch ahead, without losing order, errors or the caller's own thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ingestion.pipeline.ahead import ahead, batched


def test_batches_keep_the_order_and_the_rest() -> None:
    assert list(batched(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batched([], 2)) == []


@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.parametrize("starts", [True, False])
def test_gives_every_result_in_order_whether_or_not_the_next_is_started(count: int, starts: bool) -> None:
    results = []
    for result, start_next in ahead(lambda number: number * 10, range(count)):
        results.append(result)
        if starts:
            start_next()
            start_next()
    assert results == [number * 10 for number in range(count)]


def test_works_on_the_next_item_while_the_consumer_waits() -> None:
    done = [threading.Event() for _ in range(3)]

    def work(number: int) -> int:
        done[number].set()
        return number

    for number, start_next in ahead(work, range(3)):
        start_next()
        if number < 2:
            assert done[number + 1].wait(30)


def test_draws_the_items_in_the_callers_thread() -> None:
    drawn: list[threading.Thread] = []

    def items() -> Iterator[int]:
        for number in range(4):
            drawn.append(threading.current_thread())
            yield number

    for _, start_next in ahead(str, items()):
        start_next()
    assert set(drawn) == {threading.current_thread()}


def test_one_item_needs_no_thread() -> None:
    assert [result for result, _ in ahead(lambda _: threading.current_thread(), [1])] == [threading.current_thread()]


def test_an_error_reaches_the_consumer_in_its_turn() -> None:
    seen = []
    with pytest.raises(ZeroDivisionError):
        for result, start_next in ahead(lambda number: 10 // number, [5, 2, 0, 1]):
            seen.append(result)
            start_next()
    assert seen == [2, 5]
