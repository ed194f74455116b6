"""Amounts in capitals 大写, as cheques and receipts of China write them (支付结算办法, annex 1)."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
GROUP = 10_000
MOST = Decimal(10) ** 12
FEN = Decimal("0.01")


def capitals(amount: Decimal) -> str:
    """A non-negative amount in yuan below a million million, in capitals. ValueError beyond that, for fractions of a
    fen, and for what is no number.

    Zeros inside become one 零; zeros at the end of a group of four, none. 整 closes what ends in 元 or 角 (after 角
    the rule leaves it free), nothing what ends in 分. Where the yuan's own place is zero and 角 follow, 零 stands
    between, the first of the two ways that the rule gives.

    >>> capitals(Decimal("1859.05"))
    '壹仟捌佰伍拾玖元零伍分'
    >>> capitals(Decimal("107000.53"))
    '壹拾万柒仟元零伍角叁分'
    >>> [capitals(Decimal(amount)) for amount in ("0", "10", "0.50", "100000001")]
    ['零元整', '壹拾元整', '伍角整', '壹亿零壹元整']
    """
    if not (amount.is_finite() and 0 <= amount < MOST):
        raise ValueError(f"{amount} can't be written in capitals")
    if amount != amount.quantize(FEN):
        raise ValueError(f"{amount} has fractions of a fen")
    cents = int(amount * 100)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    if not cents:
        return "零元整"
    text = _whole(yuan) + "元" if yuan else ""
    if jiao:
        text += ("零" if yuan and yuan % 10 == 0 else "") + DIGITS[jiao] + "角"
    elif fen and yuan:
        text += "零"
    return text + (DIGITS[fen] + "分" if fen else "整")


def _whole(number: int) -> str:
    """A whole number above zero, by groups of four places; 零 leads a group that doesn't fill its thousands."""
    groups = []
    while number:
        number, rest = divmod(number, GROUP)
        groups.append(rest)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        if not groups[place]:
            gap = bool(text)
            continue
        if text and (gap or groups[place] < GROUP // 10):
            text += "零"
        text += _group(groups[place]) + GROUPS[place]
        gap = False
    return text


def _group(number: int) -> str:
    """A number from 1 to 9999 without leading or closing 零."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return text
