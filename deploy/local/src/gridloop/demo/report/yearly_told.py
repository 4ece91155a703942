"""The section of the report on the yearly survey."""

from collections.abc import Iterator

from gridloop.demo.gateway import Body
from gridloop.demo.report.tables import INDENT, paragraph, table
from gridloop.demo.report.words import Words, number, percent, signed


def told(figures: Body, words: Words) -> Iterator[str]:
    """``figures``: the part ``yearly``."""
    yield words("yearly.heading")
    yield from paragraph(_asked(figures, words))
    yield from table(words.entry("yearly.need_columns"), [_need(one, words) for one in figures["needs"]])
    yield from paragraph(_drivers(figures["drivers"], words))
    for one in figures["cost"]["experiences"]:
        shown = {name: signed(one[name]) for name in ("points_per_unit", "low", "high")}
        about = {"what": words.entry("experiences")[one["experience"]], "exposed": one["exposed"]}
        yield from paragraph(words("yearly.cost", **about, **shown), indent=INDENT * 2)
    yield from paragraph(words("yearly.caution", n=figures["cost"]["n"], days=figures["cost"]["window_days"]))
    if figures["topics"]:
        topics = [words("yearly.topic", terms=_terms(one, words), n=one["n"]) for one in figures["topics"]]
        yield from paragraph(words("yearly.topics", topics=words("yearly.joiner").join(topics)))


def _asked(figures: Body, words: Words) -> str:
    rates, reasons = figures["rates"], words.entry("not_asked")
    spared = [
        words("yearly.reason", reason=reasons[name], count=count)
        for name, count in sorted(figures["not_asked"].items(), key=lambda one: -one[1])
        if count
    ]
    asked = {name: figures[name] for name in ("population", "asked", "strata")}
    rate = percent(100 * rates["response_rate"]) if rates["response_rate"] is not None else words("no_value")
    return words(
        "yearly.asked", **asked, complete=rates["complete"], rate=rate, spared=words("yearly.joiner").join(spared)
    )


def _need(one: Body, words: Words) -> list[str]:
    category = words.entry("kano")[one["category"]] if one["category"] else words("no_value")
    figures = [number(one[name]) for name in ("importance", "performance", "opportunity")]
    return [words.name(one["code"]), category, *figures]


def _drivers(found: Body, words: Words) -> str:
    shares = [words("yearly.driver", driver=words.driver(one["driver"]), **_shares(one)) for one in found["drivers"]]
    explained = percent(100 * found["r_squared"])
    return words("yearly.drivers", n=found["n"], explained=explained, drivers=words("yearly.joiner").join(shares))


def _shares(one: Body) -> Body:
    return {name: percent(100 * one[name]) for name in ("share", "low", "high")}


def _terms(one: Body, words: Words) -> str:
    return words("yearly.term_joiner").join(one["terms"][:3])
