import pytest
from pydantic import ValidationError

from responsibility.duties.rules import DutyText, unpublishable


def checkpoint(**change):
    given = {
        "code": "A1",
        "look": {"zh": "看", "en": "look"},
        "evidence": "photo",
        "passes": {"zh": "一致", "en": "equal"},
    }
    return given | change


def duty(*checkpoints, **change):
    given = {"text": {"zh": "责任", "en": "duty"}, "criticality": 2, "checkpoints": checkpoints}
    return DutyText.model_validate(given | change)


def faults(text):
    return [pointer for pointer, _ in unpublishable(text)]


class TestPublishing:
    def test_needs_a_checkpoint(self):
        assert faults(duty()) == ["/checkpoints"]
        assert faults(duty(checkpoint())) == []

    def test_needs_both_languages(self):
        assert faults(duty(checkpoint(), text={"zh": "责任", "en": " "})) == ["/text"]

    def test_needs_what_is_looked_at_and_what_passes(self):
        empty = {"zh": "", "en": ""}
        assert faults(duty(checkpoint(look=empty, passes=empty))) == [
            "/checkpoints/0/look",
            "/checkpoints/0/passes",
        ]

    def test_needs_checkpoints_told_apart(self):
        assert faults(duty(checkpoint(), checkpoint())) == ["/checkpoints/1/code"]


class TestShape:
    @pytest.mark.parametrize("change", [{"criticality": 4}, {"drivers": ["luck"]}, {"penalty": 100}])
    def test_refuses(self, change):
        with pytest.raises(ValidationError):
            duty(checkpoint(), **change)

    def test_evidence_is_of_a_known_kind(self):
        with pytest.raises(ValidationError):
            duty(checkpoint(evidence="memory"))
