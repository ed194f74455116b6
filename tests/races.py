"""Many doing something at once: threads that start together, each with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.db.models import Model, QuerySet

THREADS = 16


class Racers:
    """So many threads; they keep their connections from one race to the next, until the end."""

    def __init__(self, count: int = THREADS) -> None:
        self.count = count

    def __enter__(self) -> "Racers":
        self.pool = ThreadPoolExecutor(self.count)
        return self

    def __exit__(self, *error: object) -> None:
        self.race(lambda number: connections.close_all())
        self.pool.shutdown()

    def race(self, work: Callable[[int], object]) -> list[object]:
        """Run `work` in each thread, all starting together; exceptions are results."""
        gate = Barrier(self.count)

        def run(number: int) -> object:
            try:
                gate.wait()
                return work(number)
            except Exception as error:  # what went wrong is looked at by the test
                return error

        return list(self.pool.map(run, range(self.count)))


def at_once(work: Callable[[int], object], count: int = THREADS) -> list[object]:
    """One race of so many threads."""
    with Racers(count) as racers:
        return racers.race(work)


def take_out_lock(monkeypatch: pytest.MonkeyPatch, *models: type[Model]) -> None:
    """Rows of these models are read without their lock from now on; those of others keep theirs."""
    select_for_update = QuerySet.select_for_update

    def without_lock(self: QuerySet[Model], *args: object, **kwargs: object) -> QuerySet[Model]:
        return self.all() if self.model in models else select_for_update(self, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "select_for_update", without_lock)
