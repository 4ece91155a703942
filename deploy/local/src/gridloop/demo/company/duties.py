"""The duties to load: those of the story, and at full scale as many as the model company has refined."""

from collections.abc import Mapping, Sequence
from typing import Any

Body = dict[str, Any]


def listed(content: Body) -> list[Body]:
    """The duties of ``duties.yaml`` as ``POST /v1/duties/import`` takes them."""
    return list(content["duties"])


def whole_company(content: Body, sub_processes: Sequence[Body], wanted: Mapping[str, int]) -> list[Body]:
    """``wanted``: sub-process -> number of duties; what the story lacks of them is made from the templates."""
    found = listed(content)
    for sub_process in sub_processes:
        there = sum(duty["sub_process"] == sub_process["code"] for duty in found)
        numbers = range(1, wanted.get(sub_process["code"], there) - there + 1)
        found += [_made(content["generated"], sub_process, number) for number in numbers]
    return found


def _made(templates: Body, sub_process: Body, number: int) -> Body:
    dimensions = templates["dimensions"]
    return {
        "code": f"{sub_process['code']}-{sub_process['post']}-D{number}",
        "post": sub_process["post"],
        "sub_process": sub_process["code"],
        "dimension": dimensions[number % len(dimensions)],
        "criticality": sub_process["risk"],
        "text": _filled(templates["text"], sub_process, number),
        "checkpoints": [
            {
                "code": "A1",
                "look": _filled(templates["look"], sub_process, number),
                "evidence": "system_record",
                "passes": _filled(templates["passes"], sub_process, number),
            }
        ],
    }


def _filled(texts: Body, sub_process: Body, number: int) -> Body:
    return {
        language: text.format(zh=sub_process["zh"], en=sub_process["en"], n=number) for language, text in texts.items()
    }
