"""Rows that PostgreSQL itself keeps beside a ledger, so that no writer can forget them: the product only reads them."""

from typing import Any

from django.db import models


class Derived(models.Model):
    """A model whose rows are written by triggers and functions of the database alone: the runtime role may SELECT."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError(f"{type(self).__name__} rows are kept by the database")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} rows are kept by the database")
