"""The Chinese message catalogue: gathers message ids from code and templates, checks and compiles. Babel does
the reading and writing, so no GNU gettext is needed on the machine."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
ROOMS = ("jincheng_insurance", "enrollment", "premiums", "claims", "riskpool", "demo", "templates")
TEMPLATE_SUFFIXES = (".html", ".txt")
TRANSLATORS_NOTE = "Translators:"

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

# Written as it stands instead of by Babel, so that an update changes the file only where messages changed.
HEADER = """\
# Simplified Chinese for Jincheng's poverty-prevention insurance. Message ids are English.
# `manage.py messages --update` gathers ids, `manage.py messages` compiles, `--check` finds what is missing.
msgid ""
msgstr ""
"Project-Id-Version: jincheng-insurance\\n"
"Language: zh_Hans\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

PLACEHOLDER = re.compile(r"%\((\w+)\)")

Key = tuple[str | None, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One message that can't be shown in Chinese as it should, and why."""

    reason: str
    message: str
    places: tuple[str, ...]

    def __str__(self) -> str:
        where = f" ({', '.join(self.places)})" if self.places else ""
        return f"{self.reason}: {self.message!r}{where}"


def po_file(root: Path) -> Path:
    """Where the translations of the project at `root` are kept."""
    return root / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def gather(root: Path) -> Catalog:
    """Every message id in the project's Python files and templates, with the files it stands in."""
    catalog = Catalog(locale=LOCALE)
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix in TEMPLATE_SUFFIXES:
            text = _as_python(text, origin=str(path.relative_to(root)))
        place = (path.relative_to(root).as_posix(), 0)
        found = extract("python", io.BytesIO(text.encode()), KEYWORDS, comment_tags=[TRANSLATORS_NOTE])
        for _line, message_id, comments, context in found:
            catalog.add(message_id, locations=[place], auto_comments=comments, context=context)
    return catalog


def read(path: Path) -> Catalog:
    """The catalogue as translated so far; an empty one where there is no file yet."""
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as source:
        return read_po(source, locale=LOCALE, abort_invalid=True)


def merge(gathered: Catalog, translated: Catalog) -> Catalog:
    """The gathered ids with the translations they already have; what is no longer used is dropped."""
    known = {_key(message): message for message in _messages(translated)}
    for message in _messages(gathered):
        earlier = known.get(_key(message))
        if earlier is not None:
            message.string = earlier.string
            message.user_comments = earlier.user_comments
            message.flags |= earlier.flags & {"fuzzy"}
    return gathered


def write(catalog: Catalog, path: Path) -> None:
    """Write the catalogue sorted by message id, so that two people's changes rarely meet."""
    for message in _messages(catalog):
        message.locations = sorted(set(message.locations))
        if not PLACEHOLDER.search(_text(message)):
            message.flags.discard("python-format")  # Babel takes the "% o" of "120 % of" for one
    body = io.BytesIO()
    write_po(body, catalog, width=110, omit_header=True, sort_output=True, include_lineno=False)
    _replace(path, HEADER.encode() + body.getvalue())


def compile_catalogue(path: Path) -> Path:
    """Compile beside the .po file; leaves the compiled file alone where nothing changed. Returns its path."""
    compiled = path.with_suffix(".mo")
    body = io.BytesIO()
    write_mo(body, read(path))
    if not compiled.exists() or compiled.read_bytes() != body.getvalue():
        _replace(compiled, body.getvalue())
    return compiled


def findings(gathered: Catalog, translated: Catalog) -> list[Finding]:
    """What is missing, fuzzy, obsolete or would fail when its values are put in, sorted by message."""
    known = {_key(message): message for message in _messages(translated)}
    used = {_key(message): message for message in _messages(gathered)}
    found = [Finding("obsolete", _text(known[key]), ()) for key in known.keys() - used.keys()]
    found += [Finding("obsolete", _text(message), ()) for message in translated.obsolete.values()]
    for key, message in used.items():
        reason = _fault(known.get(key))
        if reason:
            places = tuple(sorted({place for place, _line in message.locations}))
            found.append(Finding(reason, _text(message), places))
    return sorted(found, key=lambda finding: (finding.message, finding.reason))


def _fault(message: Message | None) -> str:
    """What is wrong with a translation, "" if nothing."""
    strings = _strings(message) if message is not None else ()
    if message is None or not all(strings):
        return "missing"
    if message.fuzzy:
        return "fuzzy"
    # Chinese has one form for all counts, so its text must carry what the English plural carries.
    source = message.id[-1] if isinstance(message.id, tuple | list) else message.id
    expected = set(PLACEHOLDER.findall(source))
    for string in strings:
        if set(PLACEHOLDER.findall(string)) != expected:
            return "placeholders differ"
        if (expected or "%%" in source) and not _can_be_filled(string, expected):
            return "lone percent sign, write %%"
    return ""


def _can_be_filled(string: str, names: set[str]) -> bool:
    try:
        string % dict.fromkeys(names, 0)
    except (TypeError, ValueError):
        return False
    return True


def _sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            parts = path.relative_to(root).parts
            is_code = path.suffix == ".py" and "migrations" not in parts
            if is_code or (path.suffix in TEMPLATE_SUFFIXES and "templates" in parts):
                yield path


def _as_python(template: str, origin: str) -> str:
    """A template as calls of gettext. Without indentation, which Python's tokenizer would take for blocks."""
    return "\n".join(line.lstrip() for line in templatize(template, origin=origin).split("\n"))


def _messages(catalog: Catalog) -> Iterator[Message]:
    """All messages but the header."""
    return (message for message in catalog if message.id)


def _key(message: Message) -> Key:
    text = tuple(message.id) if isinstance(message.id, tuple | list) else message.id
    return (message.context, text)


def _text(message: Message) -> str:
    return " | ".join(message.id) if isinstance(message.id, tuple | list) else message.id


def _strings(message: Message) -> tuple[str, ...]:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return tuple(string or "" for string in strings)


def _replace(path: Path, content: bytes) -> None:
    """Write beside and rename, so that a running server never reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    beside.replace(path)
