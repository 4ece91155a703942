"""From a cell to a plain value, and the advice where a spreadsheet program spoiled it."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from survey.exchange.imports.sheets import Cell

LONGEST = 10_000
EXACT = 10**15
SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d+$")
YES = frozenset({"true", "yes", "y", "1", "是", "同意", "有"})
NO = frozenset({"false", "no", "n", "0", "否", "不同意", "无"})
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日")
ROUNDED = (
    "The spreadsheet program made a rounded number of it (as 1.38E+10): "
    "format the column as text and enter the digits again."
)


def text(cell: Cell) -> str:
    """As it stands, spaces around it cut; a whole number without its '.0'.

    Raises ValueError with a sentence for what is no text, here and in all others.
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    shown = str(cell).strip()
    if len(shown) > LONGEST:
        raise ValueError(f"A cell may have {LONGEST} characters at most; this has {len(shown)}.")
    if "\x00" in shown or any("\ud800" <= letter <= "\udfff" for letter in shown):
        raise ValueError("The cell holds a NUL or half a surrogate pair; enter it again.")
    return shown


def digits(cell: Cell, *, length: int | None = None) -> str:
    """An identifying number. As a number it may have lost leading zeros, unless ``length`` says how many there are."""
    shown = text(cell)
    if SCIENTIFIC.match(shown) or (isinstance(cell, float) and not shown.isdigit()):
        raise ValueError(ROUNDED)
    if isinstance(cell, int | float) and length is None:
        raise ValueError(
            "The number is stored as a number, which loses leading zeros: format the column as text, or say "
            "by account_digits how many digits each account number has."
        )
    if length is not None and shown.isdigit():
        shown = shown.zfill(length)
        if len(shown) > length:
            raise ValueError(f"An account number has {length} digits here; this has {len(shown)}.")
    return shown


def phone(cell: Cell) -> str:
    shown = text(cell)
    if SCIENTIFIC.match(shown) or (isinstance(cell, float) and not shown.isdigit()):
        raise ValueError(ROUNDED)
    return shown


def truth(cell: Cell) -> bool:
    word = text(cell).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError("This is yes or no: write 是 or 否, yes or no, true or false, 1 or 0.")


def whole(cell: Cell) -> int:
    shown = text(cell)
    if not re.fullmatch(r"[+-]?\d{1,18}", shown):
        raise ValueError("This is a whole number, such as 5.")
    return int(shown)


def number(cell: Cell) -> float | int:
    shown = text(cell)
    if re.fullmatch(r"[+-]?\d{1,18}", shown):
        return int(shown)
    if not re.fullmatch(r"[+-]?\d{0,18}\.?\d{1,12}", shown):
        raise ValueError("This is a number with a point for its decimals, such as 12.5.")
    return float(shown)


def day(cell: Cell) -> date:
    """2026-03-02, 2026/3/2, 20260302, 2026年3月2日, or a date of the spreadsheet program."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    shown = text(cell)
    for form in DAYS:
        try:
            return datetime.strptime(shown, form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    raise ValueError("This is a day, such as 2026-03-02.")


def moment(cell: Cell, zone: ZoneInfo) -> datetime:
    """A time with its offset, or a local one; of a day alone, its beginning."""
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=zone)
    if not isinstance(cell, date):
        try:
            found = datetime.fromisoformat(text(cell).replace("/", "-"))
        except ValueError:
            found = None
        if found is not None:
            return found if found.tzinfo else found.replace(tzinfo=zone)
    try:
        return datetime.combine(day(cell), time(), zone)
    except ValueError as fault:
        raise ValueError("This is a time such as 2026-03-02 09:30, or a day such as 2026-03-02.") from fault
