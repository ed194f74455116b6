"""What a service says when it will not do an act: a text for the person who asked, never a stack trace."""

from typing import Any

from django.utils.functional import Promise


class Refused(Exception):
    """An act is refused. `message` is translated, says what is wrong and what to do, and names no one's numbers."""

    def __init__(
        self, message: str | Promise, *, field: str | None = None, rule: str = "", **params: Any
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field
        self.rule = rule
        self.params = params

    def __str__(self) -> str:
        return str(self.message) % self.params if self.params else str(self.message)
