"""The page shows every text once, marks what was changed, and lets no text become markup."""

from html.parser import HTMLParser

import pytest

from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.goal import MarginScore
from rosearch.attacks.marking import segments
from rosearch.attacks.result import AttackResult
from rosearch.attacks.robustness import Robustness
from rosearch.core.protocols import Text
from rosearch.report.attack_page import attack_page


class Marks(HTMLParser):
    """Collects the text of marked words and the names of all elements."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.marked: dict[str, list[str]] = {"del": [], "ins": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        if self.names and self.names[-1] in self.marked and self.get_starttag_text() == f"<{self.names[-1]}>":
            self.marked[self.names[-1]].append(data)
            self.names.append("")


def result(name: str, status: str, original: Text, adversarial: Text, changed: tuple[int, ...] = ()) -> AttackResult:
    return AttackResult(
        example_id=name,
        status=status,  # type: ignore[arg-type]
        original=original,
        adversarial=adversarial,
        label=1,
        prediction_before=0 if status == "skipped" else 1,
        prediction_after=1 if status == "failed" else 0,
        score_before=-1.0,
        score_after=1.0,
        queries=12,
        computed_queries=9,
        words=3,
        changed=changed,
        falls_within={10: status != "failed"},
    )


RESULTS = (
    result("dev-1", "success", "a <b>fine</b> film", "a <b>fin</b> film", (2,)),
    result("dev-2", "failed", "good", "good"),
    result("dev-3", "skipped", "bad & ugly", "bad & ugly"),
    result("dev-4", "success", ("same words", "one more"), ("same words", "one moer"), (1,)),
)


@pytest.fixture
def page() -> str:
    record = Robustness.of(RESULTS, attack=DeepWordBug(), score=MarginScore(), seed=0)
    return attack_page(
        model="students/<mine>",
        texts="test.tsv",
        label_names=("no", "yes"),
        robustness=[record],
        results={"deepwordbug-margin": RESULTS},
        notes=["over-confident"],
    )


def test_changed_words_are_marked_and_nothing_else(page: str) -> None:
    marks = Marks()
    marks.feed(page)
    assert marks.marked == {"del": ["fine", "more"], "ins": ["fin", "moer"]}


def test_texts_and_names_are_escaped(page: str) -> None:
    marks = Marks()
    marks.feed(page)
    assert "b" not in marks.names
    assert "mine" not in marks.names
    assert "bad &amp; ugly" in page


def test_every_text_and_figure_is_there(page: str) -> None:
    assert [page.count(f"dev-{number}:") for number in (1, 2, 3, 4)] == [1, 1, 1, 1]
    for words in ("2 fell", "1 withstood", "1 wrong before the attack", "25.0 [4.6, 69.9]", "over-confident"):
        assert words in page
    assert "http" not in page


@pytest.mark.parametrize("changed", [(), (0,), (1, 2), (0, 1, 2)])
def test_segments_join_to_the_text(changed: tuple[int, ...]) -> None:
    text = " -- one, two  three!"
    cut = list(segments(text, changed))
    assert "".join(segment.text for segment in cut) == text
    assert [segment.text for segment in cut if segment.changed] == [["one", "two", "three"][at] for at in changed]
    assert all(segment.text for segment in cut)
