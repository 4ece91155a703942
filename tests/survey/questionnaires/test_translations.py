from survey.questionnaires.definition import Definition
from survey.questionnaires.translations import texts, translations

BOTH, ENGLISH, CHINESE = {"zh-CN": "问", "en": "?"}, {"en": "?"}, {"zh-CN": "问"}


def item(code, type_, text=BOTH, **more):
    return {"code": code, "type": type_, "text": text} | more


def row(code, text=BOTH):
    return {"code": code, "text": text}


def definition(*items, languages=("zh-CN", "en"), title=BOTH):
    return Definition.model_validate(
        {"title": title, "introduction": BOTH, "languages": list(languages), "items": list(items)}
    )


EVERY_PLACE = definition(
    item("a", "rating", ENGLISH, labels={"1": CHINESE, "5": {}}),
    item("b", "matrix", driver=None, rows=[row("x", ENGLISH), row("y")]),
    item("c", "single_choice", options=[row("x"), row("y", ENGLISH)]),
    item("d", "kano", need="n", functional=ENGLISH, dysfunctional=CHINESE),
    item("e", "number", unit=CHINESE),
    item("f", "number", unit={}),
    title=CHINESE,
)


def lacking(made):
    return {one.language: list(one.lacking) for one in translations(made)}


class TestLacking:
    def test_each_place_that_a_customer_reads_is_looked_at(self):
        assert lacking(EVERY_PLACE) == {
            "zh-CN": [
                "/items/0/text/zh-CN",
                "/items/0/labels/5/zh-CN",
                "/items/1/rows/0/text/zh-CN",
                "/items/2/options/1/text/zh-CN",
                "/items/3/functional/zh-CN",
            ],
            "en": [
                "/title/en",
                "/items/0/labels/1/en",
                "/items/0/labels/5/en",
                "/items/3/dysfunctional/en",
                "/items/4/unit/en",
            ],
        }

    def test_how_many_texts_there_should_be(self):
        assert {one.texts for one in translations(EVERY_PLACE)} == {22}
        assert len(list(texts(EVERY_PLACE))) == 22

    def test_languages_that_are_not_asked_for_lack_nothing(self):
        made = definition(item("a", "nps", ENGLISH), languages=["en"], title=ENGLISH)
        (english,) = translations(made)
        assert (english.language, english.complete, english.lacking) == ("en", True, ())
