"""Reading a worked case: YAML text in which amounts stay exact, and its facts by key, each problem told with
its place."""

import datetime
import re
from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from jincheng_insurance.scheme.money import AmountError, check_amount, to_yuan

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class CaseError(ValueError):
    """A worked case that can't be run as it is written; the message says where and why."""


class _Loader(yaml.SafeLoader):
    """YAML without its traps: decimals stay exact, only true and false are truth values (`on` is a key
    here), and a key can't stand twice."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise CaseError(f"line {node.start_mark.line + 1}: {key} stands twice")
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _exact(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        return to_yuan(text)
    except AmountError as error:
        raise CaseError(f"line {node.start_mark.line + 1}: {error}") from error


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF")
)
_Loader.add_constructor("tag:yaml.org,2002:float", _exact)


def load_case(text: str) -> dict[str, Any]:
    """The mapping that a worked case's YAML text holds, decimals as Decimal. CaseError where it isn't one.

    >>> load_case("{on: 2026-03-01, self_pay: 90.55}")
    {'on': datetime.date(2026, 3, 1), 'self_pay': Decimal('90.55')}
    """
    try:
        data = yaml.load(text, Loader=_Loader)  # nosec B506
    except yaml.YAMLError as error:
        raise CaseError(f"not YAML: {' '.join(str(error).split())}") from error
    except ValueError as error:
        raise CaseError(str(error)) from error
    if not isinstance(data, dict):
        raise CaseError("a worked case is a mapping with title, rules and year")
    return data


class Fields:
    """The facts of one mapping of a case, taken one by one; `end` complains of keys that nothing asked for. A key
    without a value counts as left out."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, Mapping):
            raise CaseError(f"{where}: expected a mapping, found {_shown(data)}")
        self.where = where
        self._given = {("on" if key is True else str(key)): value for key, value in data.items()}
        self._asked: set[str] = set()

    def __contains__(self, name: str) -> bool:
        self._asked.add(name)
        return self._given.get(name) is not None

    def items(self) -> list[tuple[str, Any]]:
        """Everything, as it is written, whatever it is called."""
        self._asked.update(self._given)
        return list(self._given.items())

    def take(self, name: str, read: Callable[[Any, str], T]) -> T:
        """A fact that must be there."""
        if name not in self:
            raise CaseError(f"{self.where}: {name} is missing")
        return read(self._given[name], f"{self.where}.{name}")

    def maybe(self, name: str, read: Callable[[Any, str], T], default: T) -> T:
        """A fact that may be left out."""
        return self.take(name, read) if name in self else default

    def end(self) -> None:
        """CaseError where a key is left that nothing asked for."""
        unknown = [name for name in self._given if name not in self._asked]
        if unknown:
            raise CaseError(f"{self.where}: unknown key {', '.join(unknown)}")


def _shown(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {value!r}"


def read_text(value: Any, where: str) -> str:
    """A name or number as text."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise CaseError(f"{where}: expected text, found {_shown(value)}")
    return str(value).strip()


def read_amount(value: Any, where: str) -> Decimal:
    """An exact amount in yuan."""
    try:
        return to_yuan(value)
    except AmountError:
        raise CaseError(f"{where}: expected an exact amount in yuan, found {_shown(value)}") from None


def read_money(value: Any, where: str) -> Decimal:
    """An amount of money that moved: not negative, in whole fen."""
    try:
        return check_amount(value)
    except AmountError:
        raise CaseError(
            f"{where}: expected an amount of money such as 50000.01, found {_shown(value)}"
        ) from None


def read_count(value: Any, where: str) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise CaseError(f"{where}: expected a whole number, found {_shown(value)}")
    return value


def read_flag(value: Any, where: str) -> bool:
    """True or false; yes and no too, which other loaders read as truth values."""
    known = {"true": True, "yes": True, "false": False, "no": False}
    flag = known.get(str(value).lower()) if isinstance(value, bool | str) else None
    if flag is None:
        raise CaseError(f"{where}: expected true or false, found {_shown(value)}")
    return flag


def read_day(value: Any, where: str) -> datetime.date:
    """A day, as a YAML date or as text 2026-03-01."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    try:
        if isinstance(value, str):
            return datetime.date.fromisoformat(value.strip())
    except ValueError:
        pass
    raise CaseError(f"{where}: expected a day such as 2026-03-01, found {_shown(value)}")


def read_list(value: Any, where: str) -> list[Any]:
    """A list."""
    if not isinstance(value, list | tuple):
        raise CaseError(f"{where}: expected a list, found {_shown(value)}")
    return list(value)


def read_fields(value: Any, where: str) -> Fields:
    """A mapping within the case."""
    return Fields(value, where)


def read_raw(value: Any, where: str) -> Any:
    """A value that its user judges."""
    return value


def read_choice(options: type[E]) -> Callable[[Any, str], E]:
    """One of a few words."""

    def read(value: Any, where: str) -> E:
        try:
            return options(value if isinstance(value, str) else "")
        except ValueError:
            known = ", ".join(option.value for option in options)
            raise CaseError(f"{where}: expected one of {known}, found {_shown(value)}") from None

    return read
