import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.intake.revision import Clash, Version, decide, digest


def version(revision=1, body="a", *, complete=False):
    return Version(revision, body, complete)


class TestDecide:
    def test_an_unknown_id_is_stored(self):
        assert decide(None, version(7)) == "insert"

    @pytest.mark.parametrize("complete", [True, False])
    def test_the_same_revision_and_body_is_the_same_success(self, complete):
        assert decide(version(2, complete=complete), version(2, complete=complete)) == "same"

    def test_a_higher_revision_replaces_an_incomplete_answer(self):
        assert decide(version(2), version(5, "b", complete=True)) == "replace"

    @pytest.mark.parametrize(
        ("stored", "sent", "sentence"),
        [
            (version(2), version(2, "b"), "another body"),
            (version(2), version(1), "older than the stored 2"),
            (version(2), version(1, "b"), "older"),
            (version(2, complete=True), version(3, "b"), "completed with revision 2"),
            (version(2, complete=True), version(1), "older"),
        ],
    )
    def test_anything_else_clashes(self, stored, sent, sentence):
        with pytest.raises(Clash, match=sentence):
            decide(stored, sent)


class TestDigest:
    def test_the_order_of_fields_does_not_matter(self):
        assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})

    def test_values_and_their_types_do(self):
        assert len({digest({"a": value}) for value in (1, "1", True, 1.0, None, [1])}) == 6


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.booleans()), max_size=12))
def test_delivering_everything_twice_changes_nothing(deliveries):
    def deliver(sent):
        stored = None
        for revision, body, complete in sent:
            coming = Version(revision, f"{body}{complete}", complete)
            try:
                stored = stored if decide(stored, coming) == "same" else coming
            except Clash:
                continue
        return stored

    assert deliver(deliveries) == deliver([one for one in deliveries for _ in range(2)])
