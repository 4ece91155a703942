"""The report's texts in one language, and the names of codes in it."""

from collections.abc import Mapping
from typing import Any

from gridloop.demo.content import read
from gridloop.demo.gateway import Body

LANGUAGES = ("zh-CN", "en")
FEN = 100


class Words:
    """``words("heard.asked", order_completed=3)``: a text of ``report.<language>.yaml``, filled."""

    def __init__(self, language: str) -> None:
        self._short = "en" if language == "en" else "zh"
        self._texts = read(f"demo/report.{language}")
        catalogue = read("catalogue/process_catalogue")
        mains = catalogue["main_processes"]
        self._names: dict[str, Mapping[str, str]] = {
            **{one["code"]: one for one in (*mains, *catalogue["posts"], *catalogue["root_causes"])},
            **{sub["code"]: sub for main in mains for sub in main["sub_processes"]},
            **{one["code"]: one for one in catalogue["routes"]},
            **{unit["path"]: unit for unit in read("demo/company")["units"]},
            **{one["code"]: _short(one["name"]) for one in read("needs/needs")["needs"]},
        }

    def __call__(self, key: str, **values: Any) -> str:
        return str(self.entry(key)).format(**values)

    def entry(self, key: str) -> Any:
        """A text or a list as it stands in the file. Raises ``KeyError``."""
        found = self._texts
        for part in key.split("."):
            found = found[part]
        return found

    def name(self, code: str) -> str:
        """Of a process, post, root cause, route, unit or need; the code itself where nobody has named it."""
        known = self._names.get(code)
        return known[self._short] if known else code

    def driver(self, code: str | None) -> str:
        return str(self.entry("drivers")[code or "overall"])

    def reason(self, reason: Body) -> str:
        """Why a device was predicted: in the report's language where its code has a text, else as it was given."""
        text = self.entry("reasons").get(reason["code"])
        return str(text).format(**reason["facts"]) if text else str(reason["sentence"])

    def yuan(self, fen: int) -> str:
        return self("yuan", amount=f"{fen / FEN:,.2f}")


def _short(name: Mapping[str, str]) -> Mapping[str, str]:
    return {"zh": name["zh-CN"], "en": name["en"]}


def number(value: float | None, digits: int = 2, *, none: str = "–") -> str:
    """Rounded for reading, with a true minus sign; ``none`` where there is nothing to say."""
    if value is None:
        return none
    return f"{value:.{digits}f}".replace("-", "−")


def signed(value: float | None) -> str:
    """A difference: ``+1.20``."""
    return number(value) if value is None or value < 0 else f"+{number(value)}"


def percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}%"
