"""The campaign of damaged inputs, in small here and whole behind the marker ``slow``.

The judge is tested first: it must find every fault that is made on purpose, and none where there
is none. See benchmarks/damaged_inputs.py.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from damaged.holding import Expected, Holding
from damaged.inputs import READERS
from damaged.judging import EVERYTHING, Outcome, Stored, judge
from damaged.oracles import what_it_holds
from damaged.pictures import Picture, digest, noise
from damaged.saboteurs import jobs as sabotage
from damaged.trial import labels
from damaged.workers import Job, Result, run_jobs
from helpers.runs_in_processes import HANGS

seeds = st.integers(0, 1 << 32)
indices = st.integers(0, 7)


def test_every_fault_that_is_made_on_purpose_is_found() -> None:
    wanted = {job: kind for kind, job in sabotage()}
    endless = [job for job, kind in wanted.items() if kind == "hang"]
    others = [job for job in wanted if job not in endless]
    results = [
        *run_jobs(others, workers=2, seconds=HANGS),
        *run_jobs(endless, workers=1, seconds=3),
    ]
    missed = {
        result.what: [fault.kind for fault in result.verdict.faults]
        for result in results
        if wanted[result.job] not in [fault.kind for fault in result.verdict.faults]
    }
    assert len(results) == len(wanted)
    assert not missed


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_the_oracles_know_good_inputs(reader: str, seed: int) -> None:
    good = READERS[reader](np.random.default_rng(seed))
    holding = what_it_holds(good, good.files())
    known = sorted(digest(picture.pixels) for picture in good.pictures)
    assert sorted(digest(it.pixels) for it in holding.expected if it.pixels is not None) == known
    assert not any(it.optional for it in holding.expected)
    assert not holding.owed


def _scene(seed: int) -> tuple[Holding, Outcome]:
    """Eight pictures of two classes in two splits, all expected and all stored."""
    random = np.random.default_rng(seed)
    pixels = [noise(random, (4, 4)) for _ in range(8)]
    places = [(("train", "test")[i % 2], ("cat", "dog")[i // 2 % 2]) for i in range(8)]
    pictures = tuple(Picture(f"{i}.png", b"", each) for i, each in enumerate(pixels))
    expected = [
        Expected(picture.path, picture.pixels, split=split, label=label)
        for picture, (split, label) in zip(pictures, places, strict=True)
    ]
    pairs = zip(pixels, places, strict=True)
    stored = [Stored(split, label, digest(each)) for each, (split, label) in pairs]
    return Holding(expected, known=pictures), Outcome(stored=stored)


def _kinds(holding: Holding, outcome: Outcome) -> set[str]:
    return {fault.kind for fault in judge(holding, outcome)}


@given(seed=seeds)
def test_all_that_is_expected_is_no_fault(seed: int) -> None:
    assert _kinds(*_scene(seed)) == set()


@given(seed=seeds, index=indices)
def test_a_picture_is_stored_or_named_or_told_of_or_lost(seed: int, index: int) -> None:
    holding, outcome = _scene(seed)
    del outcome.stored[index]
    split = holding.expected[index].split
    assert split is not None
    assert _kinds(holding, outcome) == {"lost"}
    assert _kinds(holding, replace(outcome, named=[f"set/{index}.png"])) == set()
    assert _kinds(holding, replace(outcome, named=["other.png"])) == {"lost"}
    assert _kinds(holding, replace(outcome, warnings=[f"{index}.png was left out"])) == set()
    assert _kinds(holding, replace(outcome, warnings=["the folder is large"])) == {"lost"}
    assert _kinds(holding, replace(outcome, refusals=[(split, "damaged")])) == set()
    assert _kinds(holding, replace(outcome, refusals=[(EVERYTHING, "damaged")])) == set()
    other = "train" if split == "test" else "test"
    assert _kinds(holding, replace(outcome, refusals=[(other, "damaged")])) == {"lost"}


@given(seed=seeds, index=indices)
def test_other_pixels_are_wrong_even_where_bytes_were_damaged_if_a_checksum_guards_them(
    seed: int, index: int
) -> None:
    holding, outcome = _scene(seed)
    outcome.stored[index] = replace(outcome.stored[index], digest="other")
    assert _kinds(holding, outcome) == {"lost", "wrong"}
    guarded = replace(holding.expected[index], pixels=None, checked=True)
    free = replace(guarded, checked=False)
    for damaged, kinds in ((guarded, {"lost", "wrong"}), (free, set())):
        expected = [*holding.expected[:index], damaged, *holding.expected[index + 1 :]]
        assert _kinds(replace(holding, expected=expected), outcome) == kinds


@given(seed=seeds, index=indices)
def test_a_class_a_split_and_a_number_that_are_not_right_are_faults(seed: int, index: int) -> None:
    holding, outcome = _scene(seed)
    right = outcome.stored[index]
    outcome.stored[index] = replace(right, label={"cat": "dog", "dog": "cat"}[right.label or ""])
    assert _kinds(holding, outcome) == {"label"}
    outcome.stored[index] = replace(right, split={"train": "test", "test": "train"}[right.split])
    assert _kinds(holding, outcome) == {"split"}
    outcome.stored[index] = right
    assert _kinds(holding, replace(outcome, stored=[*outcome.stored, right])) == {"doubled"}


@given(text=st.sampled_from(["\x1b[2J", "a\x07", "\u202egnp", "\udcff", "a\x9b1m"]))
def test_what_a_terminal_obeys_is_a_fault_wherever_it_stands(text: str) -> None:
    holding, outcome = _scene(0)
    assert _kinds(holding, replace(outcome, texts=[text])) == {"unprintable"}
    assert _kinds(holding, replace(outcome, named=[text])) == {"unprintable"}
    assert _kinds(holding, replace(outcome, warnings=[text])) == {"unprintable"}
    assert _kinds(holding, replace(outcome, refusals=[("val", text)])) == {"unprintable"}
    assert _kinds(holding, replace(outcome, refusals=[("val", "two\nlines")])) == set()


def test_a_cut_that_nobody_can_count_asks_for_a_word() -> None:
    holding, outcome = _scene(0)
    short = replace(outcome, stored=outcome.stored[:6])
    cut = replace(holding, expected=holding.expected[:6], owed=holding.known)
    assert _kinds(cut, short) == {"lost"}
    assert _kinds(cut, replace(short, warnings=["the file breaks off"])) == set()
    assert _kinds(replace(cut, owed=()), short) == set()


@given(seed=seeds, index=indices)
def test_the_rest_of_an_archive_may_be_left_out_if_it_is_said_from_where_on(
    seed: int, index: int
) -> None:
    holding, outcome = _scene(seed)
    placed = [replace(it, place=512 * i) for i, it in enumerate(holding.expected)]
    holding, outcome.stored = replace(holding, expected=placed), outcome.stored[:index]
    for byte, kinds in ((512 * index, set()), (512 * index + 1, {"lost"})):
        told = replace(outcome, warnings=[f"x.tar is not read from byte {byte} on"])
        assert _kinds(holding, told) == kinds
        unlabelled = [replace(it, label=None, split="train") for it in outcome.stored]
        assert _kinds(holding, replace(told, stored=unlabelled)) - {"label", "split"} == kinds
        assert kinds or not _kinds(holding, replace(told, stored=unlabelled))


def _numbers(*, heavy: bool) -> Iterator[int]:
    return (number for number in count() if heavy or labels(number)[1] != "heavy attacks")


def _report(results: list[Result]) -> str:
    return "\n".join(
        f"{fault.kind}: {result.reader}, --seed 0 --number {result.job.number}, "
        f"{result.what[:200]!a}: {fault.detail}"
        for result in results
        for fault in result.verdict.faults
    )


def test_some_damaged_inputs_do_no_harm() -> None:
    jobs = [Job(0, number) for number in islice(_numbers(heavy=False), 30)]
    results = list(run_jobs(jobs, workers=1, seconds=HANGS))
    assert len(results) == len(jobs)
    assert {result.reader for result in results} == set(READERS)
    assert not (report := _report(results)), report


@pytest.mark.slow
def test_two_thousand_damaged_inputs_do_no_harm() -> None:
    jobs = [Job(0, number) for number in islice(_numbers(heavy=True), 2000)]
    results = list(run_jobs(jobs, workers=2, seconds=HANGS))
    assert len(results) == len(jobs)
    assert not (report := _report(results)), report
