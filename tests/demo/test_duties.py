"""The duties that are loaded: those of the story, or as many as the model company has refined."""

from gridloop.demo.company import duties
from gridloop.demo.content import read


def sub_processes() -> list[dict[str, object]]:
    mains = read("catalogue/process_catalogue")["main_processes"]
    return [sub for main in mains for sub in main["sub_processes"]]


def wanted() -> dict[str, int]:
    split = read("demo/demo_company")["duties_by_sub_process"]
    return {code: number for process in split.values() for code, number in process.items()}


def test_the_whole_company_has_2310_duties_each_with_a_checkpoint() -> None:
    found = duties.whole_company(read("demo/duties"), sub_processes(), wanted())
    assert len(found) == read("demo/demo_company")["totals"]["refined_duties"] == 2310
    assert len({one["code"] for one in found}) == 2310
    assert all(one["checkpoints"] for one in found)


def test_the_stages_of_the_story_have_duties_of_their_posts() -> None:
    posts = {one["code"]: one["post"] for one in sub_processes()}
    for duty in duties.listed(read("demo/duties")):
        assert duty["post"] == posts[duty["sub_process"]]


def test_the_split_of_the_sizes_adds_up() -> None:
    sizes = read("demo/demo_company")
    for process, split in sizes["by_process"].items():
        assert split["duties"] == sum(sizes["duties_by_sub_process"][process].values())
    for what, total in (("problems", 103), ("duties", 2310), ("unclear_items", 79), ("holders", 387)):
        assert sum(split[what] for split in sizes["by_process"].values()) == total
