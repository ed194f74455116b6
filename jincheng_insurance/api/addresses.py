"""What may stand in an address of the API: the number of a claim, a statement or an agreement; never a person's."""


class NumberConverter:
    """A business number such as PA2026-140524-000001."""

    regex = "[A-Za-z0-9-]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
