"""The file of past answers that a person fills in, for one questionnaire."""

from survey.exchange.responses.answers import puts
from survey.exchange.responses.rows import FIXED
from survey.questionnaires.definition import Definition, Language

EXAMPLE = {
    "id": "2025-000001", "occurred_at": "2025-11-03", "received_at": "2025-11-05", "unit": "/city/east/",
    "sub_process": "RB-09", "segment": "residential", "language": "zh-CN",
}  # fmt: skip


def template(definition: Definition, number: int, language: Language) -> list[list[str]]:
    """Two rows: the headings, items by their codes, and an example without answers."""
    headings = [names[0] if language == "zh-CN" else field for field, names in FIXED.items()]
    fixed = [EXAMPLE.get(field, str(number) if field == "version" else "") for field in FIXED]
    items = list(puts(definition))
    return [[*headings, *items], [*fixed, *("" for _ in items)]]
