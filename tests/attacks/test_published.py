"""Each documented difference between a publication and TextAttack, as a trace derived by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import pytest
from numpy.typing import NDArray
from played import play

from rosearch.attacks.constraints.sentence_similarity import SentenceSimilarity
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Start
from rosearch.attacks.published.bert_attack import PublishedBERTAttack
from rosearch.attacks.published.deepwordbug import PublishedDeepWordBug
from rosearch.attacks.published.part_of_speech import AuthorsPartOfSpeech
from rosearch.attacks.published.pwws import PublishedPWWS
from rosearch.attacks.published.query_first import QueryFirst
from rosearch.attacks.published.textbugger import PublishedTextBugger
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.character_edits import Deletion, SpaceInsertion
from rosearch.attacks.transformations.lexicon_swap import LexiconSwap
from rosearch.attacks.transformations.masked_fill import MaskedFill
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.masked_language_model import MaskedLanguageModel, Ranking, Slot
from rosearch.lexicons.no_encoder import NoEncoder
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.tagger import Tagger


@final
@dataclass(frozen=True, kw_only=True)
class Listed(Lexicon):
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    def synonyms(self, word: str) -> tuple[str, ...]:
        return dict(self.rows).get(word.lower(), ())


@final
@dataclass(frozen=True, kw_only=True)
class ListedTags(Tagger):
    """Nouns are what is not listed; "to" makes a verb of the word behind it."""

    rows: tuple[tuple[str, str], ...] = ()

    def tags(self, words: Sequence[str]) -> tuple[str, ...]:
        before = ("", *words)
        rows = dict(self.rows)
        return tuple("VERB" if before[at] == "to" else rows.get(word, "NOUN") for at, word in enumerate(words))


@final
@dataclass(frozen=True, kw_only=True)
class FirstWord(Tagger):
    """All words behind "to" are adjectives, if it comes first."""

    def tags(self, words: Sequence[str]) -> tuple[str, ...]:
        return ("ADJ" if words[0] == "to" else "NOUN",) * len(words)


@final
@dataclass(frozen=True, kw_only=True)
class ListedAngles(SentenceEncoder):
    """A text's vector stands at the angle, in radians, that is listed for a word in it; else at 0."""

    rows: tuple[tuple[str, float], ...]

    def answer(self, questions: Sequence[str]) -> NDArray[np.float32]:
        angles = [sum(angle for word, angle in self.rows if word in text.split()) for text in questions]
        return np.array([(np.cos(angle), np.sin(angle)) for angle in angles], dtype=np.float32)


@final
@dataclass(frozen=True, kw_only=True)
class ListedTokens(MaskedLanguageModel):
    """Gives every piece the same tokens with the same logits, the likeliest first."""

    rows: tuple[tuple[str, float], ...]

    def answer(self, questions: Sequence[Slot]) -> list[Ranking]:
        logits = np.array([logit for _, logit in self.rows], dtype=np.float32)
        normaliser = float(np.log(np.exp(logits).sum()))
        return [
            Ranking(
                np.tile(np.arange(len(logits)), (slot.pieces, 1))[:, : slot.count],
                np.tile(logits, (slot.pieces, 1))[:, : slot.count],
                np.full(slot.pieces, normaliser, dtype=np.float32),
                1 + len(slot.masked.split("[MASK]")[0].split()),
            )
            for slot in questions
        ]

    @property
    def mask_token(self) -> str:
        return "[MASK]"

    def piece_count(self, word: str) -> int:
        return 2 if len(word) > 6 else 1

    def token(self, number: int) -> str:
        return self.rows[number][0]

    def is_continuation(self, token: str, *, first: bool) -> bool:  # noqa: ARG002
        return token.startswith("##")

    def plain(self, token: str) -> str:
        return token.removeprefix("##")


def start(text: str, score: float = 0.0, by_class: Sequence[float] = (1.0, 0.0), seed: int = 0) -> Start:
    return Start(WordText(text), score, 0.0, AttackRandom(seed), np.array(by_class))


def listed(**rows: Sequence[str]) -> Listed:
    return Listed(rows=tuple((word, tuple(found)) for word, found in rows.items()))


class TestQueryFirst:
    """The code of TextFooler's authors."""

    def test_every_word_is_ranked_with_oov_and_stop_words_never_replaced(self) -> None:
        stay = StopWordModification(stop_words=frozenset(("the",)), any_case=True)
        swap = LexiconSwap(listed(the=["that"], rain=["hail"]))
        trace = play(QueryFirst().search(start("The rain"), swap, (stay,)), {"<oov> rain": 0.9})
        assert trace.questions == [["<oov> rain", "The <oov>"], ["The hail"]]

    def test_what_the_new_class_gains_is_added_to_a_words_importance(self) -> None:
        # Without "rain" the score rises by 0.3 and the prediction stays; without "cold" it rises by 0.2 and class 2,
        # which had 0.1, leads with 0.5: 0.2 + 0.4 = 0.6 comes first.
        scores = {"<oov> rain": 0.2, "cold <oov>": 0.3}
        classes = {"<oov> rain": (0.3, 0.2, 0.5), "cold <oov>": (0.6, 0.3, 0.1)}
        swap = LexiconSwap(listed(cold=["cool"], rain=["hail"]))
        begun = QueryFirst().search(start("cold rain", 0.0, (0.8, 0.1, 0.1)), swap, ())
        # The flip of a ranking text is told by its class alone.
        trace = play(begun, scores, flips=0.2, by_class=classes)
        assert trace.questions[1] == ["cool rain"]

    def test_candidates_that_no_constraint_lets_pass_are_asked_and_not_taken(self) -> None:
        tags = AuthorsPartOfSpeech(tagger=ListedTags(rows=(("wet", "ADJ"),)))
        swap = LexiconSwap(listed(rain=["hail", "wet"]))
        trace = play(QueryFirst().search(start("rain"), swap, (tags,)), {"wet": 0.9, "hail": 0.3})
        assert trace.questions[1] == ["hail", "wet"]
        assert trace.final == "hail"

    def test_of_all_that_flip_the_most_similar_is_taken_even_if_the_best_does_not_flip(self) -> None:
        encoder = ListedAngles(rows=(("hail", 0.1), ("snow", 0.05), ("mist", 0.01)))
        alike = SentenceSimilarity(encoder=encoder, threshold=0.5, metric="radian", reference="current")
        swap = LexiconSwap(listed(rain=["hail", "mist", "snow"]))
        begun = QueryFirst().search(start("rain"), swap, (alike,))
        trace = play(begun, {"hail": 0.9, "snow": 0.8, "mist": 0.1}, flips=0.8)
        assert trace.final == "snow"

    def test_a_candidate_need_only_beat_the_original_text(self) -> None:
        scores = {"<oov> rain": 0.5, "cold <oov>": 0.4, "cool rain": 0.6, "cool hail": 0.2}
        swap = LexiconSwap(listed(cold=["cool"], rain=["hail"]))
        trace = play(QueryFirst().search(start("cold rain", 0.1), swap, ()), scores)
        assert trace.final == "cool hail"

    def test_a_tag_is_looked_up_in_the_whole_original_and_among_what_stands_there_now(self) -> None:
        tags = AuthorsPartOfSpeech(tagger=ListedTags(rows=(("red", "ADJ"), ("blue", "ADJ"))))
        original = WordText("for red")
        assert tags.allows(original, original, 1, "blue")
        # Once "to" stands before it, "blue" is taken for a verb, though "red" is an adjective in the original.
        assert not tags.allows(original, original.replaced(0, "to"), 1, "blue")

    def test_in_texts_of_more_than_ten_words_four_words_on_each_side_are_seen(self) -> None:
        tags = AuthorsPartOfSpeech(tagger=FirstWord())
        ten, eleven = WordText("to b c d e f g h i j"), WordText("to b c d e f g h i j k")
        assert tags.allows(ten, ten, 8, "red")
        assert not tags.allows(eleven, eleven, 8, "red")
        assert tags.allows(eleven, eleven, 4, "red")

    def test_angles_are_not_divided_by_pi_and_short_texts_pass_with_a_tenth(self) -> None:
        alike = SentenceSimilarity(
            encoder=ListedAngles(rows=(("near", 0.45), ("far", 0.55), ("away", 0.95))),
            threshold=0.5,
            metric="radian",
            reference="current",
            window=15,
            short_threshold=0.1,
        )
        long, short = WordText(" ".join("abcdefghijklmno")), WordText("a b")
        assert alike.holds(long, long.replaced(7, "near"))
        assert not alike.holds(long, long.replaced(7, "far"))
        assert alike.holds(short, short.replaced(0, "far"))
        assert not alike.holds(short, short.replaced(0, "away"))

    def test_a_step_is_compared_with_the_text_before_it(self) -> None:
        encoder = ListedAngles(rows=(("one", 0.4), ("two", 0.4)))
        text = WordText("a b")
        both = text.replaced(0, "one").replaced(1, "two")
        for reference, holds in (("current", True), ("original", False)):
            alike = SentenceSimilarity(
                encoder=encoder,
                threshold=0.5,
                metric="radian",
                reference=reference,
                window=2,  # type: ignore[arg-type]
            )
            assert alike.holds(text, both) == holds


class TestBAE:
    def test_only_whole_words_fill_the_mask(self) -> None:
        mlm = ListedTokens(rows=(("##s", 3.0), ("hail", 2.0), ("snow", 1.0)))
        fill = MaskedFill(mlm=mlm, count=2, whole_words=True)
        trace = play(QueryFirst(by="delete").search(start("cold rain"), fill, ()), {})
        assert trace.questions == [["rain", "cold "], ["hail rain", "snow rain"], ["cold hail", "cold snow"]]

    def test_textattack_takes_pieces_for_words(self) -> None:
        mlm = ListedTokens(rows=(("##s", 3.0), ("hail", 2.0), ("snow", 1.0)))
        trace = play(QueryFirst(by="delete").search(start("rain"), MaskedFill(mlm=mlm, count=2), ()), {})
        assert trace.questions[1] == ["s", "hail"]


class TestPWWS:
    def search(self, text: str, lexicon: Lexicon, scores: dict[str, float], **tags: str) -> list[list[str]]:
        published = PublishedPWWS(lexicon=lexicon, tagger=ListedTags(rows=tuple(tags.items())))
        trace = play(published.search(start(text, 0.1)), scores)
        return [*trace.questions, [trace.final]]

    def test_only_words_that_keep_the_part_of_speech_stand_in(self) -> None:
        questions = self.search("rain", listed(rain=["hail", "wet"]), {}, wet="ADJ")
        assert questions[1] == ["hail"]

    def test_stop_words_may_change_and_words_without_content_not(self) -> None:
        questions = self.search("no rain of", listed(no=["none"], of=["off"]), {}, of="ADP")
        assert questions[0] == ["[UNK] rain of", "no [UNK] of", "no rain [UNK]"]
        assert questions[1:] == [["none rain of"]] * 3

    def test_the_order_weighs_gains_not_scores(self) -> None:
        # Saliency: 0.4 for "cold", 0.1 for "rain". Gains: 0.02 and 0.04. By gain exp(0.3) * 0.02 < exp(0) * 0.04;
        # by the scores reached, 0.12 and 0.14, "cold" would come first.
        scores = {"[UNK] rain": 0.4, "cold [UNK]": 0.1, "cool rain": 0.12, "cold hail": 0.14}
        questions = self.search("cold rain", listed(cold=["cool"], rain=["hail"]), scores)
        assert questions[3:5] == [["cold hail"], ["cool hail"]]

    def test_substitutes_are_chosen_once_and_put_in_though_they_lower_the_score(self) -> None:
        # Beside "cool" the better word would be "snow" now; "hail", chosen in the original text, goes in.
        scores = {"cool rain": 0.9, "cold hail": 0.3, "cold snow": 0.2, "cool hail": 0.5, "cool snow": 0.95}
        questions = self.search("cold rain", listed(cold=["cool"], rain=["hail", "snow"]), scores)
        assert questions[3:] == [["cool rain"], ["cool hail"], ["cool hail"]]


class TestDeepWordBug:
    def test_words_are_ranked_by_heads_and_tails_and_nothing_is_asked_between_edits(self) -> None:
        # Heads: "cold" 0.5, "cold rain" 0.2, "cold rain falls" 0.1: "rain" takes 0.3 and "falls" 0.1 from the score.
        # Tails: "cold rain falls" 0.1, "rain falls" 0.4, "falls" 0.6: "cold" takes 0.3 and "rain" 0.2.
        # Together: cold 0.3, rain 0.5, falls 0.1. One deletion a word; two characters may go.
        scores = {"cold": 0.5, "cold rain": 0.2, "cold rain falls": 0.1, "rain falls": 0.4, "falls": 0.6}
        published = PublishedDeepWordBug(edits=(Deletion(),), max_edit_distance=2)
        trace = play(published.search(start("cold rain falls", 0.1)), scores)
        assert trace.questions[0] == ["cold", "cold rain", "cold rain falls", "cold rain falls", "rain falls", "falls"]
        assert trace.questions[1:] == [[trace.final]]
        assert [len(word) for word in trace.final.split()] == [3, 3, 5]


class TestBERTAttack:
    def published(self, mlm: MaskedLanguageModel, **options: object) -> PublishedBERTAttack:
        settings = {"candidates": 48, "least_logit": 0.0, "max_changed": 0.4, "stop_words": frozenset()} | options
        return PublishedBERTAttack(mlm=mlm, **settings)  # type: ignore[arg-type]

    def test_the_last_word_is_never_ranked_and_the_original_is_read(self) -> None:
        mlm = ListedTokens(rows=(("hail", 2.0),))
        trace = play(self.published(mlm).search(start("cold rain falls")), {"hail rain falls": 0.5})
        assert trace.questions == [["[UNK] rain falls", "cold [UNK] falls"], ["hail rain falls"], ["hail hail falls"]]
        assert {slot.text for slot in trace.consulted} == {"cold rain falls"}  # type: ignore[attr-defined]

    def test_candidates_are_asked_one_by_one_and_the_first_that_flips_ends_the_search(self) -> None:
        mlm = ListedTokens(rows=(("mist", 3.0), ("hail", 2.0), ("snow", 1.0)))
        scores = {"mist falls": 0.1, "hail falls": 0.8, "snow falls": 0.9}
        trace = play(self.published(mlm).search(start("rain falls")), scores, flips=0.8)
        assert trace.questions[1:] == [["mist falls"], ["hail falls"]]
        assert trace.final == "hail falls"

    def test_pieces_stop_words_unlikely_tokens_and_unknown_neighbours_are_no_candidates(self) -> None:
        tokens = (("##s", 5.0), ("the", 4.0), ("dry", 3.0), ("hail", 2.0), ("snow", -0.1))
        published = self.published(
            ListedTokens(rows=tokens), stop_words=frozenset(("the",)), antonyms=listed(rain=["hail", "snow"])
        )
        trace = play(published.search(start("rain falls")), {})
        assert trace.questions[1:] == [["hail falls"]]

    def test_of_a_long_word_the_likeliest_combinations_come_first(self) -> None:
        mlm = ListedTokens(rows=(("re", 3.0), ("##do", 2.0), ("##ne", 0.5)))
        trace = play(self.published(mlm).search(start("rainfall stops")), {})
        combined = [question[0].split()[0] for question in trace.questions[1:]]
        # Sums of logits: 6, 5, 5, 4, 3.5, 3.5, 2.5, 2.5, 1.
        assert combined == ["rere", "redo", "dore", "dodo", "rene", "nere", "done", "nedo", "nene"]

    def test_no_word_is_tried_once_more_than_two_fifths_have_changed(self) -> None:
        mlm = ListedTokens(rows=(("hail", 2.0),))
        texts = ["hail b c d", "hail hail c d"]
        trace = play(self.published(mlm).search(start("a b c d")), {text: 0.1 * at for at, text in enumerate(texts, 1)})
        # int(0.4 * 4) = 1: after the second change it ends.
        assert trace.questions[1:] == [[text] for text in texts]


class TestTextBugger:
    def published(self, **options: object) -> PublishedTextBugger:
        similarity = SentenceSimilarity(encoder=NoEncoder(), threshold=0.8)
        return PublishedTextBugger(**({"bugs": (Deletion(keep_ends=True),), "similarity": similarity} | options))  # type: ignore[arg-type]

    def test_sentences_are_ranked_alone_and_those_with_another_prediction_left_out(self) -> None:
        text = "One two. Six ten. Red sky."
        # The surest sentence comes first; "Red sky" alone is predicted otherwise.
        scores = {"One two": 0.4, "Six ten": 0.1, "Red sky": 0.9}
        trace = play(self.published().search(start(text)), scores, flips=0.8)
        assert trace.questions[:3] == [
            ["One two", "Six ten", "Red sky"],
            ["One two. ten. Red sky.", "One two. Six. Red sky."],
            ["two. Six ten. Red sky.", "One. Six ten. Red sky."],
        ]
        assert all("Red sky" in text for question in trace.questions[1:] for text in question)

    def test_words_are_ranked_within_their_sentence(self) -> None:
        scores = {"cold rain": 0.1, "rain.": 0.2, "cold.": 0.5}
        trace = play(self.published().search(start("cold rain.")), scores)
        assert trace.questions[2][0].startswith("cold ")

    def test_a_space_goes_into_short_words_only_and_later_words_keep_their_places(self) -> None:
        published = self.published(bugs=(SpaceInsertion(),))
        scores = {"c old streets rain": 0.3, "co ld streets rain": 0.3, "col d streets rain": 0.3}
        trace = play(published.search(start("cold streets rain")), scores)
        asked = [question[0] for question in trace.questions[2:]]
        assert asked[0].endswith(" streets rain")
        assert asked[1].split(" streets ")[1].replace(" ", "") == "rain"
        assert len(asked) == 2

    def test_a_text_too_unlike_the_original_ends_the_attack(self) -> None:
        encoder = ListedAngles(rows=(("hail", 1.0),))
        published = self.published(
            bugs=(LexiconSwap(listed(cold=["cool", "hail"], rain=["snow"])),),
            similarity=SentenceSimilarity(encoder=encoder, threshold=0.8),
        )
        scores = {"hail rain": 0.5, "cool rain": 0.4}
        trace = play(published.search(start("cold rain")), scores)
        assert trace.questions[2:] == [["cool rain", "hail rain"]]
        assert trace.final == "cold rain"


@pytest.mark.parametrize(("any_case", "may"), [(False, True), (True, False)])
def test_stop_words_in_any_case(any_case: bool, may: bool) -> None:
    assert StopWordModification(any_case=any_case).may_change(WordText("The rain"), 0) == may
