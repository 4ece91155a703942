"""The report as text, in Chinese or English: what was heard, found, done and changed."""

from collections.abc import Callable, Iterator

from rich.cells import cell_len

from gridloop.demo.gateway import Body
from gridloop.demo.report import depth_told, story_of_case, yearly_told
from gridloop.demo.report.tables import INDENT, paragraph, table
from gridloop.demo.report.words import Words, number, percent, signed

WEAKEST = 2
AGAIN = ("reopened",)
"""The state of a finding whose like came again: what was verified before counts no more."""

Section = Callable[[Body, Words], Iterator[str]]


def render(figures: Body, language: str) -> str:
    """``figures``: as ``--json`` prints them, with ``run``."""
    words = Words(language)
    lines: list[str] = []
    for section in SECTIONS:
        lines += [*section(figures, words), ""]
    return "\n".join(lines)


def _title(figures: Body, words: Words) -> Iterator[str]:
    title = words("title", **figures["period"])
    yield title
    yield "=" * cell_len(title)
    yield from _summary(figures, words)


def _summary(figures: Body, words: Words) -> Iterator[str]:
    heard, cases, finding = figures["heard"], figures["cases"], figures["finding"]
    asked = {"invited": sum(heard["invitations"].values()), "answers": heard["answers"]}
    handled = {"cases": cases["opened"], "closed": cases["closed"], "in_time": cases["in_time"]}
    yield from paragraph(words("summary.heard", **asked, **handled))
    cause = {"root_cause": finding["root_cause"], "root_cause_text": words.name(finding["root_cause"])}
    yield from paragraph(words("summary.found", cases=finding["case_count"], **cause))
    yield from paragraph(words("summary.done", actions=sum(one["state"] == "done" for one in finding["actions"])))
    effect = finding["effect"]
    key = "summary.changed" if effect["conclusive"] else "summary.not_shown"
    yield from paragraph(words(key, **_subject(finding, words), **effect_values(effect)))


def _subject(finding: Body, words: Words) -> Body:
    return {"sub_process": words.name(finding["sub_process"]), "driver": words.driver(finding["driver"])}


def effect_values(effect: Body) -> Body:
    """An effect's figures, rounded for reading."""
    return {
        "before": number(effect.get("mean_before")),
        "after": number(effect.get("mean_after")),
        "difference": signed(effect["difference"]),
        "low": signed(effect["low"]),
        "high": signed(effect["high"]),
        "confidence": percent(100 * effect.get("confidence", 0)),
        "n_before": effect["n_before"],
        "n_after": effect["n_after"],
    }


def _company(figures: Body, words: Words) -> Iterator[str]:
    yield words("company.heading")
    yield from paragraph(words("company.text", **figures["company"]))


def _heard(figures: Body, words: Words) -> Iterator[str]:
    heard = figures["heard"]
    yield words("heard.heading")
    yield from paragraph(words("heard.asked", **heard["invitations"]))
    yield from paragraph(words("heard.answered", deliveries=heard["deliveries"], answers=heard["answers"]))
    yield from table(words.entry("heard.columns"), [_score_row(one, words) for one in _telling(heard["scores"])])


def _telling(scores: list[Body]) -> Iterator[Body]:
    """Of each sub-process the overall score and its two weakest aspects."""
    for sub_process in dict.fromkeys(one["sub_process"] for one in scores):
        here = [one for one in scores if one["sub_process"] == sub_process]
        yield from (one for one in here if not one["driver"])
        aspects = [one for one in here if one["driver"] and one["mean"]["value"] is not None]
        yield from sorted(aspects, key=lambda one: one["mean"]["value"])[:WEAKEST]


def _score_row(cell: Body, words: Words) -> list[str]:
    mean, csat = cell["mean"], cell["csat"]
    withheld = words("heard.withheld")
    return [
        words.name(cell["sub_process"]),
        words.driver(cell["driver"]),
        str(mean["n"]) if mean["n"] is not None else words("no_value"),
        f"{number(mean['value'])}  [{number(mean['low'])}, {number(mean['high'])}]" if mean["n"] else withheld,
        f"{percent(csat['value'])}  [{percent(csat['low'])}, {percent(csat['high'])}]" if csat["n"] else withheld,
    ]


def _outage(figures: Body, words: Words) -> Iterator[str]:
    outage = figures["outage"]
    yield words("outage.heading")
    yield from paragraph(
        words("outage.calls", **{n: outage[n] for n in ("began_at", "calls", "danger_calls", "device")})
    )
    for reason in outage["reasons"]:
        yield from paragraph(words.reason(reason), indent=INDENT * 2)
    steps = outage["steps"]
    arrived = number(outage["arrived_minutes"], 0)
    yield from paragraph(words("outage.steps", customers=outage["customers"], arrived=arrived, count=len(steps)))
    told = [words("outage.step", minutes=number(s["minutes"], 0), customers_back=s["customers_back"]) for s in steps]
    yield from paragraph(words("outage.joiner").join(told), indent=INDENT * 2)
    yield from paragraph(_estimates(outage, words))
    yield from paragraph(_indices(outage["reliability"], words))


def _estimates(outage: Body, words: Words) -> str:
    estimates = ", ".join(number(one, 0) for one in outage["estimates"])
    cause = words.entry("causes").get(outage["cause"], outage["cause"])
    restored = number(outage["restored_minutes"], 0)
    return words("outage.estimates", estimates=estimates, restored=restored, cause=cause)


def _indices(reliability: Body, words: Words) -> str:
    values: Body = {}
    for basis, found in reliability.items():
        figures = {name.lower(): value for name, value in found["figures"].items()}
        values[f"{basis}_n"] = number(found["n"], 0)
        values |= {f"{basis}_saidi": number(figures["saidi"]), f"{basis}_saifi": number(figures["saifi"], 3)}
    return words("outage.indices", **values)


def _cases(figures: Body, words: Words) -> Iterator[str]:
    cases, made = figures["cases"], figures["cases"]["made_good"]
    yield words("cases.heading")
    yield from paragraph(
        words("cases.handled", **{n: v for n, v in cases.items() if n not in ("made_good", "by_driver")})
    )
    kinds = [
        words("cases.kind", kind=words.entry("restitutions")[kind], count=count)
        for kind, count in made["kinds"].items()
    ]
    yield from paragraph(
        words("cases.made_good", kinds=words("cases.joiner").join(kinds), amount=words.yuan(made["fen"]))
    )
    yield from paragraph(words("cases.follow_up", solved=cases["called_solved"], reopened=cases["reopened"]))


def _found(figures: Body, words: Words) -> Iterator[str]:
    finding = figures["finding"]
    yield words("finding.heading")
    about = _subject(finding, words) | {"unit": words.name(finding["unit"])}
    opened = {"opened_on": finding["opened_on"], "case_count": finding["case_count"]}
    yield from paragraph(words("finding.opened", **about, **opened))
    yield from paragraph(words("finding.containment", containment=finding["containment"]))
    for link in finding["why"]:
        yield from paragraph(words("finding.why", **link), indent=INDENT * 2)
    cause = {"root_cause": finding["root_cause"], "root_cause_text": words.name(finding["root_cause"])}
    yield from paragraph(words("finding.root", **cause, post=words.name(finding["post"]), duty=finding["duty"]))


def _done(figures: Body, words: Words) -> Iterator[str]:
    finding = figures["finding"]
    yield words("done.heading")
    for action in finding["actions"]:
        named = {"kind": words.entry("action_kinds")[action["kind"]], "post": words.name(action["post"])}
        named |= {"unit": words.name(action["unit"]), "task": action["task"], "evidence": action["evidence"]}
        yield from paragraph(words("done.action", **named))
    if finding["verified_by_another"]:
        yield from paragraph(words("done.verified"))
    elif finding["state"] not in AGAIN:
        yield from paragraph(words("done.not_verified"))


def _changed(figures: Body, words: Words) -> Iterator[str]:
    finding, effect = figures["finding"], figures["finding"]["effect"]
    before, after = figures["service"]["watched"]["before"], figures["service"]["watched"]["after"]
    yield words("changed.heading")
    yield from table(
        words.entry("changed.columns"), [_score_change(finding, words), *_order_change(before, after, words)]
    )
    told = {"caveat": effect["caveat"] or "", **effect_values(effect)}
    yield from paragraph(words("changed.effect", **told).strip())
    state = "reopened" if finding["state"] in AGAIN else "closed" if finding["closed_on"] else "open"
    yield from paragraph(words(f"changed.{state}", closed_on=finding["closed_on"]))
    yield from paragraph(_week_by_week(finding["unit"], figures["heard"]["weeks"], words))
    yield from paragraph(_beside(figures["service"]["other_district"], words))


def _score_change(finding: Body, words: Words) -> list[str]:
    effect = finding["effect"]
    sides = [
        words("changed.value", mean=number(effect[f"mean_{side}"]), n=effect[f"n_{side}"])
        for side in ("before", "after")
    ]
    return [words("changed.score", driver=words.driver(finding["driver"])), *sides]


def _order_change(before: Body, after: Body, words: Words) -> list[list[str]]:
    rows = [
        [words(f"changed.{what}"), *(words("changed.share", count=side[what], n=side["n"]) for side in (before, after))]
        for what in ("late", "returned")
    ]
    return [*rows, [words("changed.days"), number(before["days"], 1), number(after["days"], 1)]]


def _week_by_week(unit: str, weeks: list[Body], words: Words) -> str:
    told = [
        words("changed.week", week=one["week"][5:], value=number(one["value"]), n=one["n"] or words("no_value"))
        for one in weeks
    ]
    return words("changed.weeks", unit=words.name(unit), series=words("changed.joiner").join(told))


def _beside(other: Body, words: Words) -> str:
    values: Body = {"unit": words.name(other["unit"])}
    for side in ("before", "after"):
        went, score = other[side], other[side]["score"]
        values[f"{side}_returned"] = words("changed.share", count=went["returned"], n=went["n"])
        values[f"{side}_score"] = words("changed.value", mean=number(score["value"]), n=score["n"] or words("no_value"))
    return words("changed.other", **values)


def _followed(figures: Body, words: Words) -> Iterator[str]:
    yield words("followed.heading")
    yield from story_of_case.told(figures["followed"], words)
    effect = figures["followed"]["effect"]
    if effect is not None:
        shown = {name: value for name, value in effect_values(effect).items() if name not in ("before", "after")}
        yield from paragraph(words("followed.effect", **shown))


def _yearly(figures: Body, words: Words) -> Iterator[str]:
    yield from yearly_told.told(figures["yearly"], words)


def _depth(figures: Body, words: Words) -> Iterator[str]:
    yield from depth_told.told(figures["depth"], words)


def _open(figures: Body, words: Words) -> Iterator[str]:
    yield words("open.heading")
    still = [one for one in figures["finding"]["others"] if one["state"] != "closed"]
    for one in still:
        named = _subject(one, words) | {"unit": words.name(one["unit"]), "state": words.entry("states")[one["state"]]}
        cause = words("open.cause", root_cause=one["root_cause"]) if one["root_cause"] else ""
        yield from paragraph(words("open.finding", **named, cause=cause))
    if not still:
        yield from paragraph(words("open.none"))


def _where(figures: Body, words: Words) -> Iterator[str]:
    run = figures["run"]
    url, case = (run["url"], run["case"]) if run["stays"] else ("", "<id>")
    yield words("where.heading")
    if not run["stays"]:
        yield from paragraph(words("where.stopped", seed=figures["seed"]))
    for key in ("case", "scores", "docs"):
        yield INDENT + words(f"where.{key}", url=url, case=case)
    yield INDENT + words("where.again", seed=figures["seed"])
    if run["stays"] and run["data"]:
        yield INDENT + words("where.events", data=run["data"])


def _sign_ins(figures: Body, words: Words) -> Iterator[str]:
    """With ``--keep``: who may sign in as what."""
    sign_ins = figures["run"].get("sign_ins", [])
    if sign_ins:
        yield words("sign_ins.heading")
        rows = [[one["username"], one["password"], ", ".join(one["roles"]), one["unit"]] for one in sign_ins]
        yield from table(words.entry("sign_ins.columns"), rows)


SECTIONS: tuple[Section, ...] = (
    _title, _company, _heard, _outage, _cases, _found, _done, _changed, _followed, _yearly, _depth, _open, _where,
    _sign_ins,
)  # fmt: skip
