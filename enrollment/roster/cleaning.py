"""Cells as people and programs leave them, made plain: full-width digits, spaces that can't be seen, numbers
that Excel turned to text and back, dates in a dozen shapes. What can't be read surely is never guessed."""

import datetime
import re
import unicodedata
from typing import Any, NamedTuple

UNSEEN = re.compile(
    "[\\s\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufeff\ufff9-\ufffb]+"
)
FORMULA_TEXT = re.compile(r'^="?([^"]*)"?$')
QUOTES = "'‘’`´＇\""
BLANKS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "NULL", "None", "#N/A", "N/A"})

X_ALIKE = frozenset("xХхΧχ×✕✖✗✘╳⨯⤫")
IDENTITY_LENGTH = 18
SCIENTIFIC = re.compile(r"^\d([.．]\d+)?[eE]\+?\d{1,3}$")
STORED_NUMBER = re.compile(r"^\d{16,}\.0+$")
DISABILITY_CERTIFICATE = re.compile(r"^(\d{17}[\dX])(\d\d(?:[B\d]\d)?)$")
EXACT_DIGITS = 15
LARGEST_EXACT = 10**EXACT_DIGITS

DOTS = str.maketrans(dict.fromkeys("•●∙⋅・･．‧•.。。ꞏ᛫", "·"))
LATIN = re.compile(r"[A-Za-z]")

DAY = re.compile(
    r"^(\d{4})(?:[-./年\\_](\d{1,2})(?:[-./月\\_](\d{1,2})日?号?)?月?份?)(?:T?\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?)?$"
)
PACKED_DAY = re.compile(r"^(\d{4})(\d\d)(\d\d)?(?:\.0+)?$")
SERIAL = re.compile(r"^(\d{5})(?:\.\d+)?$")
SERIAL_ORIGIN = datetime.date(1899, 12, 30)
SERIALS = range(18264, 73415)  # 1950 to 2100
YEARS = range(1949, 2101)

MOBILE = re.compile(r"^1[3-9]\d{9}$")
LANDLINE = re.compile(r"^0\d{2,3}-?[2-9]\d{6,7}(?:-\d{1,6})?$|^[2-9]\d{6,7}$")
TELEPHONE_LENGTH = 11
SEPARATORS = re.compile(r"[/、,，;；|]+")

YES = frozenset({"是", "有", "已", "y", "yes", "true", "1", "√", "✓", "✔", "☑", "对", "参加", "参保"})
NO = frozenset({"否", "无", "未", "n", "no", "false", "0", "×", "不", "没有", "没", "非"})


class CleanDate(NamedTuple):
    """A date read from a cell. A month without a day is its first (R2). `day` None: nothing stands there,
    or, with `unreadable`, something that is no date."""

    day: datetime.date | None
    month_only: bool = False
    unreadable: bool = False


NO_DATE = CleanDate(None)
UNREADABLE = CleanDate(None, unreadable=True)


def clean_text(value: Any) -> str:
    """A cell as one word: no spaces, nothing unseen, full-width forms narrowed; "" for the ways of writing
    nothing.

    >>> clean_text("\\u3000沁水县 "), clean_text(5210009000.0), clean_text('="0521"')
    ('沁水县', '5210009000', '0521')
    """
    if isinstance(value, str):
        if value.isascii() and value.isalnum():
            return value
        text = UNSEEN.sub("", unicodedata.normalize("NFKC", UNSEEN.sub("", value))).lstrip(QUOTES)
        if text.startswith("="):
            wrapped = FORMULA_TEXT.match(text)
            text = wrapped[1] if wrapped else text
        return "" if text in BLANKS else text
    return text_of(value)


def text_of(value: Any) -> str:
    """A value that is no text, as the text a person would have typed."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        return str(int(value))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def loses_digits(value: Any) -> bool:
    """Whether a cell is a number too long to have kept its last digits: Excel keeps fifteen."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return bool(abs(value) >= LARGEST_EXACT)
    return isinstance(value, str) and bool(STORED_NUMBER.match(value))


def is_scientific(text: str) -> bool:
    """Whether a text is a number in scientific notation, such as 1.40521E+17."""
    return bool(SCIENTIFIC.match(text))


def clean_name(value: Any) -> str:
    """A name without spaces between its characters, with one kind of dot between the parts of a long one.

    >>> clean_name("李　四"), clean_name("阿卜杜拉 . 买买提"), clean_name("Maria  Li")
    ('李四', '阿卜杜拉·买买提', 'Maria Li')
    """
    if isinstance(value, str):
        if value.isalpha() and value.isprintable():
            return value
        visible = UNSEEN.sub(" ", value).strip(" " + QUOTES)
        joined = " ".join(visible.split()) if LATIN.search(visible) else visible.replace(" ", "")
        return "" if joined in BLANKS else joined.translate(DOTS)
    return text_of(value)


def clean_identity(value: Any) -> str:
    """An identity number as it is meant: eighteen places where they are there, a capital X at the end,
    without the further digits of a disability certificate. Whether it is right is not asked here.

    >>> clean_identity("１４０５２１１９４９０５１０７１２７"), clean_identity("14052119630117689243")
    ('140521194905107127', '140521196301176892')
    """
    if isinstance(value, str) and len(value) == IDENTITY_LENGTH and value.isascii():
        certain = value if value[17] != "X" else value[:17]
        if certain.isdigit():
            return value
    text = clean_text(value).strip(QUOTES).upper()
    text = "".join("X" if one in X_ALIKE else one for one in text)
    certificate = DISABILITY_CERTIFICATE.match(text)
    return certificate[1] if certificate else text


def clean_date(value: Any) -> CleanDate:
    """A day or month from a date, a serial number, or a text.

    >>> clean_date("2025年9月29日").day, clean_date(45929.0).day
    (datetime.date(2025, 9, 29), datetime.date(2025, 9, 29))
    >>> clean_date("202509")
    CleanDate(day=datetime.date(2025, 9, 1), month_only=True, unreadable=False)
    """
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return CleanDate(value) if value.year in YEARS else UNREADABLE
    if isinstance(value, float) and not value.is_integer() and str(value).endswith(".1"):
        return UNREADABLE  # 2025.1 may have been January or October
    text = clean_text(value)
    if not text or text == "0":
        return NO_DATE
    parts = DAY.match(text) or PACKED_DAY.match(text)
    if parts:
        return date_from(int(parts[1]), int(parts[2]), int(parts[3]) if parts[3] else None)
    serial = SERIAL.match(text)
    if serial and int(serial[1]) in SERIALS:
        return CleanDate(SERIAL_ORIGIN + datetime.timedelta(days=int(serial[1])))
    return UNREADABLE


def date_from(year: int, month: int, day: int | None) -> CleanDate:
    if year not in YEARS:
        return UNREADABLE
    try:
        return CleanDate(datetime.date(year, month, day or 1), month_only=day is None)
    except ValueError:
        return UNREADABLE


def clean_yes(value: Any) -> bool | None:
    """Yes, no, or None where neither is said.

    >>> clean_yes("是"), clean_yes("未参加"), clean_yes(""), clean_yes("√")
    (True, False, None, True)
    """
    text = UNSEEN.sub("", value).lower() if isinstance(value, str) else text_of(value)
    if not text:
        return None
    if text in NO or text[0] in "否未无不没非":
        return False
    if text in YES or text[0] in "是已有":
        return True
    return None


def clean_telephone(value: Any) -> tuple[str, bool]:
    """A telephone number's digits, and whether it is one: a mobile or a landline. Of several the first good
    one.

    >>> clean_telephone(13800000000.0), clean_telephone("0356-7022222"), clean_telephone("1380000")
    (('13800000000', True), ('0356-7022222', True), ('1380000', False))
    """
    if isinstance(value, str):
        if not value:
            return "", True
        if len(value) == TELEPHONE_LENGTH and value.isascii() and value.isdigit() and value[0] == "1":
            return value, value[1] > "2"
    text = clean_text(value)
    if not text or not text.strip("0"):
        return "", True
    numbers = SEPARATORS.split(text)
    for number in numbers:
        bare = number.removeprefix("+").removeprefix("86-").replace("(", "").replace(")", "-")
        digits = bare.replace("-", "")
        if digits.startswith("86") and len(digits) == TELEPHONE_LENGTH + 2:
            digits = digits[2:]
        if MOBILE.match(digits):
            return digits, True
        if LANDLINE.match(bare):
            return bare, True
    return numbers[0], False
