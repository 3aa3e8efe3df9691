"""Whether an attack judges likeness by the very model that the students learn from."""

from collections.abc import Sequence
from pathlib import Path

from rosearch.attacks.attack import Attack
from rosearch.lexicons.sentence_transformer import SentenceTransformer
from rosearch.teachers.pretrained import Pretrained
from rosearch.teachers.teacher import Teacher


def own_encoder_notice(attacks: Sequence[Attack], teacher: Teacher) -> str | None:
    """Says which attacks have the teacher's checkpoint for their sentence encoder; None where no attack has.

    Such an encoder finds alike what the teacher, and with it its students, finds alike: the attack is kept from the
    texts that would tell, and figures come out too high.

    Args:
        attacks: What models are attacked with.
        teacher: What the students learn from.
    """
    if not isinstance(teacher, Pretrained):
        return None
    own = _source(teacher.model)
    encoders = {attack.name: vars(attack).get("encoder") for attack in attacks}
    kinds = [
        kind
        for kind, encoder in encoders.items()
        if isinstance(encoder, SentenceTransformer) and _source(encoder.model) == own
    ]
    if not kinds:
        return None
    return (
        f"{', '.join(kinds)}: the sentence encoder is the checkpoint that the teacher was made from. It finds alike "
        "what the students find alike, so figures come out too high; name another encoder where you can."
    )


def _source(model: str) -> str:
    """Names a checkpoint by its content where it lies in a folder."""
    if model == "minilm":
        from rosearch.data.assets import MINILM, fetch
        from rosearch.data.fetching import is_fetched

        model = str(fetch(MINILM)) if is_fetched(MINILM) else model
    return Pretrained(model=model).source_fingerprint() if Path(model).is_dir() else model
