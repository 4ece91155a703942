"""What is wrong with a catalogue document, each fault with its place."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from responsibility.catalogue.document import Catalogue, Route, RouteStage
from responsibility.catalogue.routing import applies, limit_for, longest, variants


@dataclass(frozen=True)
class Fault:
    """``pointer`` is the JSON pointer of the entry, ``detail`` what is wrong and what would be right."""

    pointer: str
    detail: str


def faults(catalogue: Catalogue) -> list[Fault]:
    return [*_doubles(catalogue), *_process_faults(catalogue), *_route_faults(catalogue)]


def _doubles(catalogue: Catalogue) -> Iterator[Fault]:
    yield from _repeated("/posts", "code", [p.code for p in catalogue.posts])
    yield from _repeated("/main_processes", "code", [m.code for m in catalogue.main_processes])
    yield from _repeated("/routes", "code", [r.code for r in catalogue.routes])
    yield from _repeated("/routes", "flow", [r.flow for r in catalogue.routes])
    for index, main in enumerate(catalogue.main_processes):
        at = f"/main_processes/{index}/sub_processes"
        yield from _repeated(at, "code", [sub.code for sub in main.sub_processes])


def _repeated(at: str, name: str, values: list[str | None]) -> Iterator[Fault]:
    seen: Counter[str | None] = Counter()
    for index, value in enumerate(values):
        seen[value] += 1
        if value is not None and seen[value] > 1:
            yield Fault(f"{at}/{index}/{name}", f"'{value}' was named before; every {name} must be there once.")


def _process_faults(catalogue: Catalogue) -> Iterator[Fault]:
    posts = {post.code for post in catalogue.posts}
    for m, main in enumerate(catalogue.main_processes):
        for s, sub in enumerate(main.sub_processes):
            at = f"/main_processes/{m}/sub_processes/{s}"
            if not sub.code.startswith(f"{main.code}-"):
                yield Fault(
                    f"{at}/code",
                    f"'{sub.code}' stands under '{main.code}' and must begin with '{main.code}-'.",
                )
            if sub.post not in posts:
                yield Fault(f"{at}/post", f"Sub-process '{sub.code}' names the unknown post '{sub.post}'.")


def _route_faults(catalogue: Catalogue) -> Iterator[Fault]:
    for index, route in enumerate(catalogue.routes):
        at = f"/routes/{index}"
        yield from _flow_faults(at, route, catalogue)
        yield from _stage_faults(at, route, catalogue)
        yield from _branch_faults(at, route, catalogue)
        yield from _total_faults(at, route)


def _flow_faults(at: str, route: Route, catalogue: Catalogue) -> Iterator[Fault]:
    if route.flow is None:
        if route.cycle is None:
            yield Fault(at, f"Route '{route.code}' must name the flow that starts it, or a cycle.")
        return
    flow = catalogue.sub_processes().get(route.flow)
    if flow is None:
        yield Fault(f"{at}/flow", f"Route '{route.code}' names the unknown sub-process '{route.flow}'.")
    elif flow.kind != "flow":
        yield Fault(f"{at}/flow", f"'{route.flow}' is of kind {flow.kind}; only a flow starts an order.")


def _stage_faults(at: str, route: Route, catalogue: Catalogue) -> Iterator[Fault]:
    known = catalogue.sub_processes()
    earlier: dict[str, RouteStage] = {}
    for index, stage in enumerate(route.stages):
        here = f"{at}/stages/{index}"
        name = stage.sub_process
        if name not in known:
            yield Fault(f"{here}/sub_process", f"Route '{route.code}' names the unknown sub-process '{name}'.")
        if name in earlier:
            yield Fault(f"{here}/sub_process", f"'{name}' is a stage of route '{route.code}' already.")
        if stage.parallel and stage.parallel not in earlier:
            yield Fault(f"{here}/parallel", f"'{stage.parallel}' is no earlier stage of route '{route.code}'.")
        yield from _gate_faults(here, stage, earlier)
        yield from _ambiguous(here, stage, route)
        earlier[name] = stage


def _gate_faults(here: str, stage: RouteStage, earlier: dict[str, RouteStage]) -> Iterator[Fault]:
    if stage.hard_gate is None:
        return
    for kind in ("passed", "signed"):
        for index, code in enumerate(getattr(stage.hard_gate, kind)):
            place = f"{here}/hard_gate/{kind}/{index}"
            if code not in earlier:
                yield Fault(place, f"The hard gate of '{stage.sub_process}' needs an earlier stage, not '{code}'.")
            elif earlier[code].only_for:
                yield Fault(place, f"'{code}' does not run for every order, so a hard gate cannot rest on it.")


def _ambiguous(here: str, stage: RouteStage, route: Route) -> Iterator[Fault]:
    for attributes in variants(route):
        if sum(applies(limit, attributes) for limit in stage.limits) > 1:
            case = _described(attributes.source, attributes.area)
            yield Fault(f"{here}/limits", f"Several limits of '{stage.sub_process}' are meant for {case}.")
            return


def _branch_faults(at: str, route: Route, catalogue: Catalogue) -> Iterator[Fault]:
    routes = {r.code for r in catalogue.routes}
    known = catalogue.sub_processes()
    for index, branch in enumerate(route.branches):
        here = f"{at}/branches/{index}"
        if branch.order and branch.order not in routes:
            yield Fault(f"{here}/order", f"Branch '{branch.trigger}' names the unknown route '{branch.order}'.")
        if branch.finding and branch.finding not in known:
            yield Fault(f"{here}/finding", f"Branch '{branch.trigger}' names the unknown '{branch.finding}'.")


def _total_faults(at: str, route: Route) -> Iterator[Fault]:
    if route.total is None:
        return
    for attributes in variants(route):
        total = limit_for(route.total.limits, attributes)
        if total is None:
            continue
        case = _described(attributes.source, attributes.area)
        length = longest(route, attributes, total.unit)
        if length is None:
            yield Fault(
                f"{at}/total",
                f"Stages of '{route.code}' in working days do not fit a total in {total.unit}s.",
            )
            return
        if length > total.amount:
            yield Fault(
                f"{at}/total",
                f"For {case} the stage limits of route '{route.code}' add up to {length:g} {total.unit}s, "
                f"more than its total of {total.amount}.",
            )


def _described(*conditions: str | None) -> str:
    return " and ".join(filter(None, conditions)) or "every order"


def problems(found: Iterable[Fault], lines: dict[str, int]) -> list[dict[str, str]]:
    """Faults as the ``errors`` of a problem body, with the line of the document where it is known."""
    return [_problem(fault, _line(fault.pointer, lines)) for fault in found]


def _problem(fault: Fault, line: int | None) -> dict[str, str]:
    place = {} if line is None else {"line": str(line)}
    return {"pointer": fault.pointer, "detail": fault.detail, **place}


def _line(pointer: str, lines: dict[str, int]) -> int | None:
    while pointer not in lines and pointer:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer)
