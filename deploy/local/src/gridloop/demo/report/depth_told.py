"""The section of the report on how the figures are defended."""

from collections.abc import Iterator

from gridloop.demo.gateway import Body
from gridloop.demo.report.tables import paragraph
from gridloop.demo.report.words import Words, number, signed


def told(figures: Body, words: Words) -> Iterator[str]:
    """``figures``: the part ``depth``."""
    yield words("depth.heading")
    yield from paragraph(_trend(figures["trend"], words))
    yield from paragraph(_compared(figures["compared"], words))
    index, alpha, weighted = figures["index"], figures["alpha"], figures["weighted"]
    yield from paragraph(words("depth.index", **_numbers(index, digits=1), version=index["version"]))
    items = words("depth.joiner").join(words.driver(one) for one in alpha["items"])
    yield from paragraph(words("depth.alpha", value=number(alpha["value"]), n=alpha["n"], items=items))
    kinds = words.entry("quadrants")
    shown = [f"{words.driver(one['driver'])}: {kinds[one['quadrant']]}" for one in figures["quadrants"]]
    yield from paragraph(words("depth.quadrants", drivers=words("depth.joiner").join(shown)))
    sizes = {"n": weighted["n"], "effective_n": weighted["effective_n"]}
    yield from paragraph(words("depth.weighted", **_numbers(weighted), **sizes))
    yield from paragraph(words("depth.honesty", **figures["honesty"]))
    yield from paragraph(words("depth.export", **figures["export"]))
    person = figures["person"]
    key = "depth.person" if not person["found_again"] else "depth.person_found"
    yield from paragraph(words(key, **{name: person[name] for name in ("answers", "invitations", "erased_on")}))


def _trend(found: Body, words: Words) -> str:
    changes = [
        words("depth.change", period=one["period"], before=number(one["before"]), after=number(one["after"]))
        for one in found["changes"]
    ]
    shown = words("depth.joiner").join(changes) or words("depth.no_change")
    about = {"sub_process": words.name(found["sub_process"]), "driver": words.driver(found["driver"])}
    return words("depth.trend", **about, weeks=found["weeks"], changes=shown)


def _compared(found: Body, words: Words) -> str:
    values = found["in_differences"]
    return words(
        "depth.compared",
        unit=words.name(found["unit"]),
        comparison=words.name(found["comparison"]),
        split=found["split"],
        difference=signed(found["difference"]["value"]),
        other=signed(found["other"]["value"]),
        **{name: signed(values[name]) for name in ("value", "low", "high")},
    )


def _numbers(found: Body, digits: int = 2) -> Body:
    return {name: number(found[name], digits) for name in ("value", "low", "high")}
