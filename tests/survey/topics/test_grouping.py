import random

from hypothesis import given, settings
from hypothesis import strategies as st

from survey.topics.grouping import grouped, topics_for
from survey.topics.vocabulary import language_of, terms

BILLS = ["电费算错了两次", "抄表错误电费多收", "电费账单看不懂", "多收电费要求退费", "抄表读数错误", "账单电费不对"]
OUTAGES = [
    "停电三小时没人通知",
    "停电频繁没有通知",
    "抢修太慢停电很久",
    "停电抢修等待太久",
    "频繁停电影响生意",
    "停电通知太晚",
]
STAFF = ["the clerk was rude at the counter", "rude staff and long queue", "clerk at the counter ignored me",
         "counter staff were rude", "long queue at the counter", "the clerk was unfriendly, rude"]  # fmt: skip


def words(lines, times=4):
    return [terms(line, language_of(line)) for line in lines * times]


class TestGroups:
    def test_two_subjects_become_two_topics(self):
        texts = words(BILLS) + words(OUTAGES)
        groups, left = grouped(texts, 2, seed=1, smallest=5)
        sides = [{"bill" if at < 24 else "outage" for at in group.members} for group in groups]
        assert sorted(map(sorted, sides)) == [["bill"], ["outage"]]
        assert len(left) < 6
        named = {term for group in groups for term in group.terms[:3]}
        assert named & {"电费", "停电"}

    def test_english_is_grouped_by_its_words(self):
        groups, _ = grouped(
            words(STAFF) + words(["my bill was wrong", "wrong bill again", "bill too high"], 6), 2, seed=1, smallest=5
        )
        assert {"rude", "clerk"} & set(groups[0].terms + groups[1].terms)
        assert any("bill" in group.terms for group in groups)

    def test_the_same_seed_gives_the_same_topics(self):
        texts = words(BILLS + OUTAGES)
        assert grouped(texts, 3, seed=9, smallest=5) == grouped(texts, 3, seed=9, smallest=5)

    def test_terms_of_a_few_name_nothing(self):
        texts = words(BILLS) + [["王老五", "电费"]] * 4
        groups, _ = grouped(texts, 2, seed=1, smallest=5)
        assert all("王老五" not in group.terms for group in groups)

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 99), st.integers(5, 60), st.integers(2, 6))
    def test_no_topic_and_no_rest_is_about_one_to_four(self, seed, size, count):
        chance = random.Random(seed)
        pool = words(BILLS + OUTAGES, 1)
        groups, left = grouped([chance.choice(pool) for _ in range(size)], count, seed=seed, smallest=5)
        assert all(len(group.members) >= 5 for group in groups)
        assert not (groups and 0 < len(left) < 5)
        assert sorted([*left, *(at for group in groups for at in group.members)]) == list(range(size))

    def test_nothing_in_common_is_no_topic(self):
        assert grouped([["甲"], ["乙"], ["丙"]], 2, seed=1, smallest=5) == ([], [0, 1, 2])


def test_few_texts_bear_few_topics():
    assert (topics_for(30, 8), topics_for(1000, 8), topics_for(300, 20)) == (2, 8, 6)
