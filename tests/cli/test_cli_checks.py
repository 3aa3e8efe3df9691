"""`ls`, `verify`, `doctor`, `schema`, and the limits of `search`."""

import json
import platform
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from rosearch.cli.doctor import EXTRAS
from rosearch.cli.time_limit import TimeLimit


class TestVerify:
    def test_of_a_whole_run(self, rosearch: Callable, run: Path) -> None:
        answer = rosearch("verify", run)
        assert answer.code == 0
        assert "8 proposals derived again" in answer.out
        assert answer.out.endswith("nothing differs\n")
        assert rosearch("verify", run, "--json").json["files"] > 0

    def test_of_changed_weights(self, rosearch: Callable, run: Path) -> None:
        weights = sorted(run.glob("trials/*/student/*.safetensors"))[0]
        raw = bytearray(weights.read_bytes())
        raw[-1] ^= 1
        weights.write_bytes(raw)
        answer = rosearch("verify", run)
        assert answer.code == 1
        assert f"differs: {weights}: its content has changed" in answer.out
        assert answer.out.endswith("1 in all\n")

    def test_of_a_flipped_byte_in_the_journal(self, rosearch: Callable, run: Path) -> None:
        journal = run / "journal.jsonl"
        lines = journal.read_bytes().splitlines(keepends=True)
        lines[1] = lines[1].replace(b":", b";", 1)
        journal.write_bytes(b"".join(lines))
        answer = rosearch("verify", run)
        assert answer.code == 1
        assert "journal.jsonl:2" in answer.words or "line 2" in answer.words


class TestLs:
    def test_lists_what_is_there(self, rosearch: Callable, run: Path) -> None:
        answer = rosearch("ls", run.parent)
        assert answer.code == 0
        assert "finished" in answer.out
        assert "8/8" in answer.out
        (row,) = [row for row in rosearch("ls", run.parent, "--json").json if row["run"] == str(run)]
        assert row["state"] == "finished"
        assert 0 <= row["robustness"] <= 1

    def test_tells_stopped_and_damaged_from_finished(self, rosearch: Callable, cut_run: Callable) -> None:
        run = cut_run(3)
        assert rosearch("ls", run, "--json").json[0]["state"] == "stopped"
        (run / "journal.jsonl").write_bytes(b"no journal\n")
        answer = rosearch("ls", run)
        assert answer.code == 0
        assert "damaged" in answer.out

    def test_says_that_there_is_nothing(self, rosearch: Callable, tmp_path: Path) -> None:
        assert "no runs" in rosearch("ls", tmp_path).out
        assert rosearch("ls", tmp_path / "none").code == 2


def test_doctor_says_what_there_is(rosearch: Callable) -> None:
    found = rosearch("doctor", "--json").json
    assert found["cores"]["for this process"] >= 1
    assert set(found["assets"].values()) <= {"fetched", "not fetched"}
    shown = rosearch("doctor").out
    assert "precision" in shown
    assert found["bfloat16"] in ("native", "emulated here, hence not used")
    assert set(found["extras"]) == set(EXTRAS)
    assert found["python"].startswith(platform.python_version())


def test_doctor_names_an_extra_that_is_missing(rosearch: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXTRAS, "onnx", ("onnx", "no-such-package"))
    assert rosearch("doctor", "--json").json["extras"]["onnx"] == (
        "lacks no-such-package: pip install 'rosearch[onnx]'"
    )


def test_doctor_knows_the_extras_that_there_are() -> None:
    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    names = {extra: [re.split("[><=]", one)[0] for one in project["optional-dependencies"][extra]] for extra in EXTRAS}
    assert names == {extra: list(packages) for extra, packages in EXTRAS.items()}
    assert set(project["optional-dependencies"]) - set(EXTRAS) == {"testing", "dev"}


def test_schema_knows_every_section_and_kind(rosearch: Callable, tmp_path: Path) -> None:
    schema = rosearch("schema").json
    text = json.dumps(schema)
    assert {"task", "teacher", "space", "strategy", "fitness", "search"} <= set(schema["properties"])
    assert all(kind in text for kind in ("deepwordbug", "pwws", "evolution", "serial", "rotten_tomatoes"))
    assert rosearch("schema", "--out", tmp_path / "schema.json").code == 0
    assert json.loads((tmp_path / "schema.json").read_text()) == schema


def test_a_time_limit_comes_to_its_end() -> None:
    assert TimeLimit(0)()
    assert not TimeLimit(1)()
    assert not TimeLimit(None)()


def test_fresh_sets_the_old_run_aside(rosearch: Callable, toy_study: Path, run: Path) -> None:
    before = (run / "journal.jsonl").read_bytes()
    answer = rosearch("search", toy_study / "toy.toml", "--run", run, "--fresh", "--trials", 1, "--hours", 0)
    assert answer.code == 0
    aside = run.with_name("run.1")
    assert f"lies in {aside} now" in answer.words
    assert "Stopped after 0 hours, as asked" in answer.words
    assert (aside / "journal.jsonl").read_bytes() == before
    assert (run / "run.toml").exists()
