from pathlib import Path

from rosearch.attacks import DeepWordBug, TextFooler
from rosearch.fitness.own_encoder import own_encoder_notice
from rosearch.lexicons.no_encoder import NoEncoder
from rosearch.lexicons.sentence_transformer import SentenceTransformer
from rosearch.teachers.pretrained import Pretrained


def test_an_encoder_that_is_the_teachers_checkpoint_is_noted_wherever_its_folder_lies(tmp_path: Path) -> None:
    for name, weights in (("one", "same"), ("two", "same"), ("three", "other")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}", encoding="utf-8")
        (tmp_path / name / "model.safetensors").write_text(weights, encoding="utf-8")
    teacher = Pretrained(model=str(tmp_path / "one"))

    def notice(name: str) -> str | None:
        encoder = SentenceTransformer(model=str(tmp_path / name))
        return own_encoder_notice((DeepWordBug(), TextFooler(encoder=encoder)), teacher)

    assert "textfooler: the sentence encoder is the checkpoint" in (notice("two") or "")
    assert notice("three") is None
    assert own_encoder_notice((DeepWordBug(), TextFooler(encoder=NoEncoder())), teacher) is None
    assert own_encoder_notice((TextFooler(),), Pretrained(model="minilm")) is not None
