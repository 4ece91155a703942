"""The whole demonstration, twice with one seed: once on a suite of its own, once against another's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from gridloop.demo.report.render import render
from gridloop.demo.report.words import LANGUAGES
from gridloop.engines import scratch_folder
from gridloop.supervisor import Suite

pytestmark = [pytest.mark.alone, pytest.mark.timeout(900)]
SEED = "7"
MOST_WAITING = 12
"""Answers that a figure may be behind: it advances in whole blocks of five and more."""


def demo(*arguments: str, **environment: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "gridloop", "demo", "--json", "--seed", SEED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def without_run(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name != "run"}


@contextmanager
def suite() -> Iterator[tuple[Suite, dict[str, str]]]:
    """A suite with a movable clock, and the operator's key as the environment names it."""
    with scratch_folder() as folder, Suite(folder, demo_clock=True) as running:
        key = running.engines.credentials.read(running.engines.credentials.operator)
        named = {"GRIDLOOP_CLIENT_ID": key["client_id"], "GRIDLOOP_CLIENT_SECRET": key["client_secret"]}
        yield running, named


@contextmanager
def signed_in(url: str, key: dict[str, str]) -> Iterator[httpx.Client]:
    named = {"client_id": key["GRIDLOOP_CLIENT_ID"], "client_secret": key["GRIDLOOP_CLIENT_SECRET"]}
    with httpx.Client(base_url=url, timeout=30) as client:
        answer = client.post("/v1/auth/token", data={"grant_type": "client_credentials"} | named)
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


@pytest.fixture(scope="module")
def played() -> Iterator[dict[str, Any]]:
    """``own`` and ``other``: the figures of both runs; ``page``: what the other suite tells of the followed case."""
    with suite() as (other, key), ThreadPoolExecutor() as both:
        own = both.submit(demo)
        elsewhere = both.submit(demo, "--url", other.url, **key)
        found = {"own": own.result(), "other": elsewhere.result()}
        with signed_in(other.url, key) as operator:
            found["page"] = operator.get(f"/v1/quality/cases/{found['other']['run']['case']}").json()
            again = subprocess.run(
                [sys.executable, "-m", "gridloop", "demo", "--url", other.url],
                capture_output=True,
                text=True,
                env=os.environ | key,
                check=False,
            )
            found["again"] = (again.returncode, again.stderr)
        yield found


def test_the_same_seed_gives_the_same_figures(played: dict[str, Any]) -> None:
    assert differences(without_run(played["own"]), without_run(played["other"])) == []


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two answers differ, and in what."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys())
        return [found for key in keys for found in differences(one.get(key), other.get(key), f"{where}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [found for n, (left, right) in pairs for found in differences(left, right, f"{where}/{n}")]
    return [] if one == other else [f"{where}: {one!r} != {other!r}"]


def test_the_loop_is_closed(played: dict[str, Any]) -> None:
    finding = played["own"]["finding"]
    assert (finding["state"], finding["outcome"]) == ("closed", "effect_proven")
    assert finding["effect"]["low"] > 0
    assert finding["effect"]["n_after"] >= 20
    assert finding["verified_by_another"] is True
    assert finding["root_cause"] in ("RC1", "RC2", "RC3", "RC4")


def test_later_customers_were_served_better(played: dict[str, Any]) -> None:
    before, after = (played["own"]["service"]["watched"][side] for side in ("before", "after"))
    for what in ("late", "returned"):
        assert after[what] / after["n"] < before[what] / before["n"]


def test_what_a_bad_network_repeats_counts_once(played: dict[str, Any]) -> None:
    heard = played["own"]["heard"]
    assert heard["deliveries"] > heard["answers"]
    counted = [one["mean"]["n"] for one in heard["scores"] if one["driver"] is None]
    followed_up = played["own"]["cases"]["called_solved"] + played["own"]["cases"]["reopened"]
    sampled = played["own"]["yearly"]["rates"]["complete"]
    not_yet_shown = heard["answers"] - sum(counted) - followed_up - sampled
    assert 0 <= not_yet_shown <= MOST_WAITING * len(counted)


def test_the_outage_was_restored_in_three_steps_that_name_everybody(played: dict[str, Any]) -> None:
    outage = played["own"]["outage"]
    assert len(outage["steps"]) == 3
    assert sum(step["customers_back"] for step in outage["steps"]) == outage["customers"]
    minutes = sum(step["customers_back"] * step["minutes"] for step in outage["steps"])
    lv = outage["reliability"]["lv"]
    assert lv["minutes"] == pytest.approx(minutes)
    assert lv["figures"]["SAIDI"] == pytest.approx(minutes / lv["n"])
    assert outage["fault_order"]["state"] == "completed"


def test_a_sample_of_all_customers_was_asked_and_says_what_an_hour_without_supply_goes_with(
    played: dict[str, Any],
) -> None:
    yearly = played["own"]["yearly"]
    assert yearly["asked"] == yearly["rates"]["issued"]
    assert yearly["asked"] + sum(yearly["not_asked"].values()) == yearly["population"]
    assert 0.4 < yearly["rates"]["response_rate"] < 0.9
    hour = next(one for one in yearly["cost"]["experiences"] if one["experience"] == "outage_hours")
    assert hour["high"] < 0
    assert hour["exposed"] > 100
    shares = [one["share"] for one in yearly["drivers"]["drivers"]]
    assert sum(shares) == pytest.approx(yearly["drivers"]["r_squared"], abs=1e-3)
    assert {one["category"] for one in yearly["needs"]} >= {"must_be", "one_dimensional", "attractive"}
    assert len(yearly["topics"]) > 1


def test_the_figures_are_defended_and_a_person_has_his_rights(played: dict[str, Any]) -> None:
    depth, yearly = played["own"]["depth"], played["own"]["yearly"]
    assert depth["trend"]["weeks"] >= 6
    assert depth["compared"]["in_differences"]["low"] > 0
    assert depth["index"]["low"] < depth["index"]["value"] < depth["index"]["high"]
    assert 0 < depth["alpha"]["value"] < 1
    assert depth["alpha"]["n"] % 5 == depth["weighted"]["n"] % 5 == 0
    assert {one["driver"] for one in depth["quadrants"]} == {one["driver"] for one in yearly["drivers"]["drivers"]}
    assert depth["honesty"]["answers"] > 0
    assert 0 <= depth["export"]["rows"] - yearly["rates"]["complete"] < 5
    assert depth["person"] | {"erased_on": ""} == {
        "answers": 1, "invitations": 1, "erased_on": "", "found_again": False,
    }  # fmt: skip


def test_every_case_was_closed_and_the_unsolved_one_again(played: dict[str, Any]) -> None:
    cases = played["own"]["cases"]
    assert cases["opened"] == cases["closed"]
    assert cases["reopened"] == 1


def test_the_followed_case_is_told_from_words_to_effect_as_the_api_tells_it(played: dict[str, Any]) -> None:
    followed, page = played["other"]["followed"], played["page"]
    assert followed["missing"] == []
    assert followed["words"]
    assert followed["finding"]["outcome"] == page["trail"]["finding"]["outcome"] == "effect_proven"
    assert [step["move"] for step in followed["case"]["steps"]] == [s["move"] for s in page["trail"]["case"]["steps"]]
    assert followed["effect"]["difference"] == played["other"]["finding"]["effect"]["difference"]
    assert any(stage["late"] for stage in followed["order"]["stages"])
    assert followed["order"]["returned"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_told_in_both_languages(played: dict[str, Any], language: str) -> None:
    report = render(played["own"], language)
    assert played["own"]["followed"]["words"][:10] in report
    assert "{" not in report


def test_a_second_company_is_refused_with_a_sentence(played: dict[str, Any]) -> None:
    code, said = played["again"]
    assert code == 1
    assert "holds a company already" in said


def test_a_suite_that_keeps_real_time_is_refused_with_a_sentence() -> None:
    with scratch_folder() as folder, Suite(folder) as running:
        key = running.engines.credentials.read(running.engines.credentials.operator)
        named = {"GRIDLOOP_CLIENT_ID": key["client_id"], "GRIDLOOP_CLIENT_SECRET": key["client_secret"]}
        done = subprocess.run(
            [sys.executable, "-m", "gridloop", "demo", "--url", running.url],
            capture_output=True,
            text=True,
            env=os.environ | named,
            check=False,
        )
    assert done.returncode == 1
    assert "start it with --demo-clock" in done.stderr
