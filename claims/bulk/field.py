"""One column of a claims workbook: by which titles it is known, what stands in it, and what a person is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.sheets.columns import Column, column

Cast = Literal["reference", "code", "identity", "name", "day", "yuan", "care", "text", "choice", "number"]


@dataclass(frozen=True)
class Field:
    """One column: `titles`, the preferred one first; how its cells are read; the most characters kept; and `say`, what
    to fill in. Of a choice, `choices` are the words for each value, the preferred one first; `open`: a word of none is
    kept as it stands."""

    name: str
    titles: str
    cast: Cast
    say: Promise | str
    required: bool = False
    longest: int = 0
    example: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    open: bool = False

    @property
    def title(self) -> str:
        return self.titles.split()[0]

    @property
    def listed(self) -> tuple[str, ...]:
        """The words to choose from."""
        return tuple(words.split()[0] for words in self.choices.values())

    @cached_property
    def meant(self) -> dict[str, str]:
        """The value each word stands for."""
        return {word: str(value) for value, words in self.choices.items() for word in (*words.split(), value)}

    def column(self) -> Column:
        return column(self.name, *self.titles.split(), required=self.required)


REFERENCE = "案件参考号 案件号 公司案件号 本公司案件号 参考号 业务号 报案号"
SAY_REFERENCE = _("Your company's own number of the case, the same on all sheets; each is given once.")
EXAMPLE = "示例"
