"""`search` and `fetch`: begin, go on, find nothing to do, be told what is wrong, be stopped."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from cli_processes import in_terminal, started

from rosearch.core.config import read_toml
from rosearch.data.assets import ASSETS
from rosearch.fitness.evaluation import Evaluation
from rosearch.search.study import Study
from rosearch.store.lock import locked
from rosearch.store.records import Trial


class TestDryRun:
    def test_prints_the_whole_configuration_and_writes_nothing(
        self, rosearch: Callable, toy_study: Path, tmp_path: Path
    ) -> None:
        answer = rosearch("search", toy_study / "toy.toml", "--run", tmp_path / "run", "--dry-run")
        assert answer.code == 0
        assert answer.err.splitlines()[-1] == (
            f"Valid. 0 of 8 trials are on record in {tmp_path}/run; then come 2 finalists and the baselines, 2 "
            "training(s) each. Nothing was run."
        )
        (tmp_path / "copy.toml").write_text(answer.out)
        assert read_toml(tmp_path / "copy.toml") == read_toml(toy_study / "run" / "run.toml")
        assert not (tmp_path / "run").exists()

    def test_overrides_are_laid_over_the_file(self, rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
        arguments = ("--set", "search.trials=32", "--set", "strategy.kind=random_search", "--run", tmp_path / "run")
        (tmp_path / "a.toml").write_text((toy_study / "toy.toml").read_text().replace("population = 4", ""))
        answer = rosearch("search", tmp_path / "a.toml", *arguments, "--dry-run", "--json")
        assert answer.json["configuration"]["search"]["trials"] == 32
        assert answer.json["configuration"]["strategy"]["kind"] == "random_search"

    def test_a_scheme_is_chosen_by_its_kind(self, rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
        arguments = (toy_study / "toy.toml", "--run", tmp_path / "run", "--dry-run", "--json")
        scheme = rosearch("search", *arguments, "--scheme", "robust").json["configuration"]["fitness"]["scheme"]
        assert scheme["kind"] == "robust"
        assert [part["kind"] for part in scheme["perturbations"]] == ["word_substitution", "character_edits"]
        assert scheme["schedule"]["epochs"] == 4
        wrong = rosearch("search", *arguments, "--scheme", "robst")
        assert wrong.code == 2
        assert "Did you mean 'robust'?" in wrong.err

    def test_bad_rows_are_refused_or_left_out(self, rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
        good = (toy_study / "train.tsv").read_text()
        (tmp_path / "train.tsv").write_text(good + "\tgood\nalone\n")
        texts = f"--set=task.train={tmp_path}/train.tsv"
        arguments = ("search", toy_study / "toy.toml", "--run", tmp_path / "run", texts, "--dry-run")
        answer = rosearch(*arguments)
        assert answer.code == 2
        line = len(good.splitlines()) + 1
        assert f"train.tsv:{line}: the text is empty." in answer.err
        assert "2 rows do not fit. Mend or delete such rows, or leave them out with --skip-bad-rows" in answer.words
        answer = rosearch(*arguments, "--skip-bad-rows", "--json")
        assert answer.code == 0
        assert "2 rows that do not fit were left out, such as:" in answer.err
        assert answer.json["configuration"]["task"]["skip_bad_rows"] is True

    @pytest.mark.parametrize(
        ("override", "message"),
        [
            ("search.trails=3", "[search]: unknown key 'trails'. Did you mean 'trials'?"),
            ("serch.trials=3", "unknown section or key 'serch'. Did you mean 'search'?"),
            ("search.trials=3x", "[search]: trials: Input should be a valid integer"),
            ("search.trials=0", "[search]: trials must be at least 1"),
            ("strategy.kind=evolutoin", "unknown strategy kind 'evolutoin'. Did you mean 'evolution'?"),
            (
                "fitness.scheme.schedule.epoch=3",
                "toy.toml: [fitness]: scheme: unknown key 'schedule.epoch'. Did you mean 'epochs'?",
            ),
            ("space.preset=tinny", "Did you mean 'tiny'?"),
            ("trials", "--set 'trials': expected section.key=value."),
            ("task.train=/nowhere/train.tsv", "/nowhere/train.tsv: cannot be read: No such file or directory."),
            ("task.label=lable", "no column 'lable'. Did you mean 'label'?"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, rosearch: Callable, toy_study: Path, tmp_path: Path, override: str, message: str
    ) -> None:
        config = toy_study / "toy.toml"
        answer = rosearch("search", config, "--set", override, "--run", tmp_path / "run", "--dry-run")
        assert answer.code == 2
        assert message in answer.err
        assert answer.out == ""
        assert not (tmp_path / "run").exists()

    def test_a_missing_lexicon_stops_a_run_before_it_begins(
        self, rosearch: Callable, toy_study: Path, tmp_path: Path
    ) -> None:
        attack = 'fitness.attacks=[{kind="pwws", lexicon={kind="table", path="/nowhere/table.json"}}]'
        answer = rosearch("search", toy_study / "toy.toml", "--set", attack, "--run", tmp_path / "run")
        assert answer.code == 2
        assert "Error: /nowhere/table.json: cannot read this table of synonyms" in answer.err
        assert not (tmp_path / "run" / "journal.jsonl").exists()

    def test_a_missing_configuration_is_named(self, rosearch: Callable) -> None:
        answer = rosearch("search", "nowhere.toml")
        assert (answer.code, answer.err.count("\n")) == (2, 1)
        assert answer.err.startswith("Error: nowhere.toml: no such file.")


class TestFinishedRun:
    def test_a_second_run_changes_nothing_and_says_so(self, rosearch: Callable, toy_study: Path, run: Path) -> None:
        journal = (run / "journal.jsonl").read_bytes()
        answer = rosearch("search", toy_study / "toy.toml", "--run", run)
        assert answer.code == 0
        assert answer.err == f"{run}: everything was done before; nothing has changed.\n"
        assert answer.out == rosearch("status", run).out
        assert (run / "journal.jsonl").read_bytes() == journal

    def test_json_is_all_there_is_on_stdout(self, rosearch: Callable, toy_study: Path, run: Path) -> None:
        answer = rosearch("search", toy_study / "toy.toml", "--run", run, "--json")
        assert answer.json == rosearch("status", run, "--json").json

    def test_a_changed_configuration_is_refused_and_shown(self, rosearch: Callable, toy_study: Path, run: Path) -> None:
        config = toy_study / "toy.toml"
        answer = rosearch("search", config, "--run", run, "--set", "seed=3", "--set", "strategy.population=5")
        assert answer.code == 2
        assert "\n  seed: 0 -> 3\n  strategy.population: 4 -> 5\n" in answer.err

    def test_a_changed_task_file_is_refused(self, rosearch: Callable, toy_study: Path, run: Path) -> None:
        config, train = toy_study / "toy.toml", run / "train.tsv"
        train.write_text((toy_study / "train.tsv").read_text() + "Quite another text .\tgood\n")
        text = (run / "run.toml").read_text().replace(str(toy_study / "train.tsv"), str(train))
        (run / "run.toml").write_text(text)
        answer = rosearch("search", config, "--run", run, "--set", f'task.train="{train}"')
        assert answer.code == 2
        assert "\n  task: its content, " in answer.err

    def test_a_second_process_is_turned_away(self, rosearch: Callable, toy_study: Path, run: Path) -> None:
        with locked(run / "run.lock"):
            answer = rosearch("search", toy_study / "toy.toml", "--run", run)
        assert answer.code == 1
        assert answer.out == ""
        assert answer.err.startswith(f"Error: {run}: process {os.getpid()} on ")
        assert "is writing to this run directory. Wait for it or stop it" in answer.err

    def test_a_flipped_byte_is_named_with_its_line(self, rosearch: Callable, toy_study: Path, run: Path) -> None:
        journal = run / "journal.jsonl"
        damaged = bytearray(journal.read_bytes())
        place = damaged.index(b"\n", len(damaged) // 2) - 40
        damaged[place] ^= 1
        journal.write_bytes(bytes(damaged))
        answer = rosearch("search", toy_study / "toy.toml", "--run", run)
        line = bytes(damaged[:place]).count(b"\n") + 1
        assert answer.code == 1
        assert answer.err.startswith(f"Error: {journal}:{line}: the line is damaged")
        assert answer.err.count("\n") == 1
        assert journal.read_bytes() == bytes(damaged)


class TestResumedRun:
    def test_goes_on_with_its_trials(self, rosearch: Callable, toy_study: Path, run: Path, cut_run: Callable) -> None:
        whole = Study.open(run).results
        cut_run(6)
        answer = rosearch("search", toy_study / "toy.toml", "--run", run, "--set", "search.finalists=0")
        assert answer.code == 0
        assert f"{run}: going on; 6 of 8 trials are on record." in answer.err
        assert all(f"trial {index} (" in answer.err for index in (6, 7))
        assert "trial 5 (" not in answer.err
        assert "; front: " in answer.err
        assert "\x1b" not in answer.err + answer.out
        assert robustness_of(Study.open(run).trials) == robustness_of(whole.trials)

    def test_goes_on_with_its_finals(self, rosearch: Callable, toy_study: Path, run: Path, cut_run: Callable) -> None:
        whole = Study.open(run).results
        cut_run(8, finals=len(whole.finals) - 1)
        answer = rosearch("search", toy_study / "toy.toml", "--run", run)
        assert answer.code == 0
        assert f"on test {len(whole.finals)}/{len(whole.finals)}, trial " in answer.err
        assert "on test 1/" not in answer.err
        assert answer.out.startswith(f"{run}: finished")
        assert robustness_of(Study.open(run).results.finals) == robustness_of(whole.finals)


def robustness_of(items: Sequence[Trial | Evaluation]) -> list[float]:
    return [item.metrics["robustness"] for item in items]


class TestTerminal:
    def test_bars_and_the_front_are_drawn_on_a_terminal_and_leave_it(
        self, toy_study: Path, run: Path, cut_run: Callable
    ) -> None:
        cut_run(7)
        code, shown = in_terminal("search", toy_study / "toy.toml", "--run", run, "--set", "search.finalists=0")
        assert code == 0
        assert "━" in shown
        assert "Front of the search" in shown.partition("finished, 8 of 8 trials")[0]
        assert "\x1b[?25h" in shown  # the cursor is given back

    def test_no_color_is_obeyed(self, toy_study: Path, run: Path) -> None:
        code, shown = in_terminal("search", toy_study / "toy.toml", "--run", run, NO_COLOR="1")
        assert code == 0
        assert "\x1b[3" not in shown
        code, shown = in_terminal("search", toy_study / "toy.toml", "--run", run)
        assert "\x1b[1m" in shown

    def test_a_dumb_terminal_gets_plain_lines(self, toy_study: Path, run: Path, cut_run: Callable) -> None:
        cut_run(7)
        arguments = ("search", toy_study / "toy.toml", "--run", run, "--set", "search.finalists=0")
        code, shown = in_terminal(*arguments, TERM="dumb")
        assert code == 0
        assert "\x1b" not in shown
        assert "trial 7 (" in shown
        assert "━" not in shown.partition("finished, 8 of 8 trials")[0]

    def test_forced_colour_brings_no_bars_into_a_log(self, toy_study: Path, run: Path, cut_run: Callable) -> None:
        cut_run(7)
        with started(
            "search", toy_study / "toy.toml", "--run", run, "--set", "search.finalists=0", FORCE_COLOR="1"
        ) as process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == 0
        assert "\x1b[1m" in out
        assert "\x1b[?25l" not in out + err  # no cursor is hidden
        assert "trial 7 (" in err


class TestFetch:
    @pytest.fixture
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A cache with all assets in it, as far as their names and sizes say."""
        for asset in ASSETS.values():
            folder = tmp_path / f"{asset.name}-{asset.package.version}"
            folder.mkdir(parents=True)
            for name in asset.members:
                (folder / name).write_text(name)
            sizes = {name: len(name) for name in asset.members}
            (folder / "asset.json").write_text(json.dumps({"asset": asset.record_fingerprint, "sizes": sizes}))
        monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path))
        return tmp_path

    def test_says_where_everything_is(self, rosearch: Callable, cache: Path) -> None:
        answer = rosearch("fetch")
        assert answer.code == 0
        assert [line.split("\t")[0] for line in answer.out.splitlines()] == list(ASSETS)
        assert all(Path(line.split("\t")[1]).parent == cache for line in answer.out.splitlines())

    def test_one_asset_as_json(self, rosearch: Callable, cache: Path) -> None:
        folders = rosearch("fetch", "wordnet", "--json").json
        assert list(folders) == ["wordnet"]
        assert Path(folders["wordnet"]).parent == cache

    def test_an_unknown_asset_is_named(self, rosearch: Callable) -> None:
        answer = rosearch("fetch", "wordent")
        assert answer.code == 2
        assert "There is no asset 'wordent'. Did you mean 'wordnet'? Known: glove, minilm, " in answer.err
