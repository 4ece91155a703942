"""One case told in the order in which it happened."""

from collections.abc import Iterator

from gridloop.demo.gateway import Body
from gridloop.demo.report.tables import INDENT, paragraph
from gridloop.demo.report.words import Words, number


def told(loop: Body, words: Words) -> Iterator[str]:
    """``loop``: the figure ``followed``."""
    order, case = loop["order"], loop["case"]
    dates = {name: order[name] for name in ("opened_on", "completed_on")}
    yield from paragraph(
        words("followed.order", route=words.name(order["route"]), trouble=_trouble(order, words), **dates)
    )
    yield from paragraph(
        words("followed.words", asked_on=loop["asked_on"], words=loop["words"], scores=_scores(loop["scores"], words))
    )
    for step in case["steps"]:
        note = words("followed.note", note=step["note"]) if step["note"] else ""
        move = words.entry("moves")[step["move"]]
        yield from paragraph(words("followed.step", on=step["on"], move=move, note=note), indent=INDENT * 2)
    for made in case["restitutions"]:
        amount = f" {words.yuan(made['amount_fen'])}" if made["amount_fen"] else ""
        kind = words.entry("restitutions")[made["kind"]]
        yield from paragraph(words("followed.made_good", kind=kind, amount=amount))
    yield from paragraph(words("followed.in_time" if case["in_time"] else "followed.late_case"))
    if loop["finding"]:
        state = words.entry("states")[loop["finding"]["state"]]
        yield from paragraph(words("followed.finding", root_cause=loop["finding"]["root_cause"], state=state))


def _trouble(order: Body, words: Words) -> str:
    late = [words("followed.late", stage=words.name(one["sub_process"])) for one in order["stages"] if one["late"]]
    back = [
        words(
            "followed.returned",
            to=words.name(one["to_sub_process"]),
            **{"from": words.name(one["from_sub_process"])},
            checkpoint=one["checkpoint"],
        )
        for one in order["returned"]
    ]
    return words("followed.joiner").join(back + late) or words("followed.smooth")


def _scores(scores: Body, words: Words) -> str:
    told_scores = [
        words("followed.score", driver=words.driver(code), score=number(score, 0)) for code, score in scores.items()
    ]
    return words("followed.joiner").join(told_scores)
