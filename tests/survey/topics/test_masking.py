import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.topics.masking import MASK, masked
from survey.topics.vocabulary import names_in


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("请打13812345678找我", "13812345678"),
        ("call +86 138-1234-5678 please", "138-1234-5678"),
        ("户号3100000001电费算错", "3100000001"),
        ("身份证11010519491231002X", "11010519491231002X"),
        ("写信 wang.fang@example.com", "wang.fang@example.com"),
        ("我住建设路12号3单元502室", "建设路12号3单元502室"),
        ("幸福小区5栋停电", "幸福小区5栋"),
        ("抄表的王师傅态度差", "王"),
        ("at 12 Green Lane the lights went out", "12 Green Lane"),
        ("Mr. Smith was rude", "Smith"),
    ],
)
def test_what_names_a_person_or_a_place_is_masked(text, hidden):
    found = masked(text)
    assert hidden not in found
    assert MASK in found


def test_the_customers_own_name_and_names_of_the_dictionary():
    assert "赵雅琴" not in masked("赵雅琴说停电三小时", names=frozenset({"赵雅琴"}))
    assert "张伟" in names_in("窗口的张伟很耐心")


@pytest.mark.parametrize("text", ["停电三小时没人通知", "The bill was wrong and nobody answered", "等了 45 分钟"])
def test_what_is_harmless_stays(text):
    assert masked(text) == text


@given(st.text(alphabet="停电费错0123456789 -", max_size=60))
def test_no_long_number_gets_through(text):
    run = longest = 0
    for sign in masked(text):
        run = run + 1 if sign.isdigit() else 0
        longest = max(longest, run)
    assert longest < 7
