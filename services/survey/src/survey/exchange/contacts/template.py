"""The file of contacts that a person fills in: its headings, and one row as an example."""

from survey.exchange.contacts.rows import FIELDS
from survey.questionnaires.definition import Language

EXAMPLE = {
    "account": "3100000001",
    "source_version": "1",
    "unit": "/city/east/",
    "name": "王芳",
    "phone": "+8613800000001",
    "email": "wang@example.com",
    "language": "zh-CN",
    "segment": "residential",
    "opt_out": "否",
    "consent": "是",
    "preferred_channel": "gateway",
}


def template(language: Language) -> list[list[str]]:
    """Two rows: the headings in this language, and the example."""
    headings = [names[0] if language == "zh-CN" and names else field for field, names in FIELDS.items()]
    return [headings, [EXAMPLE.get(field, "") for field in FIELDS]]
