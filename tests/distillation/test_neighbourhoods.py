"""Neighbourhoods: what words may become, with vectors that are those of the student's own input."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rosearch.distillation.learner import Learner
from rosearch.distillation.neighbourhoods import Neighbourhoods
from rosearch.distillation.objective import Objective
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.plain import Plain
from rosearch.distillation.worded_texts import WordedTexts
from rosearch.lexicons.table import Table
from rosearch.space.architecture import InputGenes
from rosearch.students.characters import character_features
from rosearch.students.network import StudentNetwork
from rosearch.students.standard import bag_of_embeddings
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.toy_task import SYNONYMS

TEXTS = WordedTexts(["The movie was great", "a dull movie and a new story"])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def spelled(near: Neighbourhoods, word: str) -> list[str]:
    row = near.rows[TEXTS.words.index(word)]
    return [near.spellings[number] for number in near.near_VK[row] if number >= 0]


def test_a_word_comes_first_and_then_its_synonyms(prepared_teacher: PreparedTeacher, toy_lexicon: Path) -> None:
    substitution = WordSubstitution(lexicons=(Table(path=str(toy_lexicon)),))
    near = Neighbourhoods(TEXTS, substitution, prepared_teacher.tokenizer())
    near.draw(rng())
    assert spelled(near, "movie") == ["movie", *sorted(SYNONYMS["movie"])]
    assert [word for word, row in zip(TEXTS.words, near.rows, strict=True) if row < 0] == [
        word for word in TEXTS.words if not substitution.candidates(word, rng=rng()) or word in ("was", "a", "and")
    ]


def test_of_many_candidates_some_are_drawn_afresh(prepared_teacher: PreparedTeacher, tmp_path: Path) -> None:
    many = [f"word{letter}" for letter in "abcdefghij"]
    (tmp_path / "many.json").write_text(f'{{"movie": {str(many).replace(chr(39), chr(34))}, "dull": ["grey"]}}')
    substitution = WordSubstitution(lexicons=(Table(path=str(tmp_path / "many.json")),), looked_at=3)
    near = Neighbourhoods(TEXTS, substitution, prepared_teacher.tokenizer())
    seen = set()
    for seed in range(40):
        near.draw(rng(seed))
        found = spelled(near, "movie")
        assert found[0] == "movie"
        assert len(set(found)) == 4
        assert spelled(near, "dull") == ["dull", "grey"]
        seen |= set(found)
    assert seen == {"movie", *many}


def test_edits_are_others_each_time(prepared_teacher: PreparedTeacher) -> None:
    near = Neighbourhoods(TEXTS, CharacterEdits(looked_at=4), prepared_teacher.tokenizer())
    near.draw(rng(0))
    first = spelled(near, "movie")
    near.draw(rng(1))
    assert first[0] == spelled(near, "movie")[0] == "movie"
    assert first != spelled(near, "movie")
    assert 1 < len(first) <= 5


@pytest.mark.parametrize("characters", ["none", "ngrams", "letters"])
def test_vectors_are_the_means_of_what_the_input_gives(
    prepared_teacher: PreparedTeacher, toy_lexicon: Path, characters: str
) -> None:
    genes = InputGenes(
        rank=8,
        trained=True,
        characters=characters,
        buckets=64 if characters == "ngrams" else 0,  # type: ignore[arg-type]
    )
    tokenizer = prepared_teacher.tokenizer().with_characters(character_features(genes))
    torch.manual_seed(0)
    network = StudentNetwork(bag_of_embeddings(genes), vocabulary_size=tokenizer.vocabulary_size, classes=2)
    if characters == "ngrams":
        torch.nn.init.normal_(network.input.characters.table.weight)
    learner = Learner(
        network=network,
        objective=Objective(Plain(soft_labels=0.0), pooled_width=8, teacher_width=0),
        places=np.arange(network.input.table.num_embeddings),
        device=torch.device("cpu"),
        precision="float32",
    )
    near = Neighbourhoods(TEXTS, WordSubstitution(lexicons=(Table(path=str(toy_lexicon)),)), tokenizer)
    near.draw(rng())
    movie = TEXTS.words.index("movie")
    near_WK, changes_WKR = near.neighbours(np.array([movie]), learner)
    assert torch.equal(changes_WKR[0, 0], torch.zeros(8))

    def vector(word: str) -> torch.Tensor:
        encoded = tokenizer.encode([f"a {word} b"], max_length=32)
        read = learner.read(encoded, np.array([0]))
        vectors_LR = network.input.table(read["input_ids_BL"])[0]
        if network.input.characters is not None:
            vectors_LR = vectors_LR + network.input.characters(read["character_ids_BLK"])[0]
        return vectors_LR[2:-2].mean(dim=0)

    for number, change_R in zip(near_WK[0].tolist(), changes_WKR[0], strict=True):
        if number >= 0:
            expected = vector(near.spellings[number]) - vector("movie")
            torch.testing.assert_close(change_R, expected, rtol=1e-4, atol=1e-5)
