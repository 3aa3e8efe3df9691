"""Publishing, by the hub's own client against a hub on this machine: what is uploaded, and that others can load it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from loopback_hub import LoopbackHub, loopback_hub

from rosearch.export.card import write_card
from rosearch.export.hugging_face.directory import export_hugging_face
from rosearch.export.origin import Origin
from rosearch.students.student import Student

TEXTS = ["a great movie .", "dull"]
MODEL = {"config.json", "model.safetensors", "modeling_rosearch.py"}
TOKENIZER = {"tokenizer.json", "tokenizer_config.json"}

PUSH = """
import rosearch
from huggingface_hub import HfApi
from transformers import AutoModelForSequenceClassification, AutoTokenizer
AutoModelForSequenceClassification.from_pretrained({folder!r}).push_to_hub("me/mine", private=True)
AutoTokenizer.from_pretrained({folder!r}).push_to_hub("me/mine", private=True)
HfApi().upload_folder(repo_id="me/mine", folder_path={folder!r})  # as `hf upload` does
"""
LOAD = """
import sys
sys.modules["rosearch"] = None  # as where it is not installed
from transformers import pipeline
classify = pipeline("text-classification", model="me/mine", trust_remote_code=True, top_k=None)
for answer in classify({texts!r}):
    print(*(row["score"] for row in sorted(answer, key=lambda row: row["label"])))
"""


def test_what_is_published_is_all_that_others_need(student: Student, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    export_hugging_face(student, folder)
    write_card(folder, Origin(folder=folder), usage="use(it)", library="transformers")
    with loopback_hub() as hub:
        run(PUSH.format(folder=str(folder)), hub, tmp_path)
        assert hub.created["visibility"] == "private"
        assert hub.tokens == {"Bearer token-of-me"}
        # The library puts a card of its own beside what it pushes; only the folder has ours.
        model, tokenizer, whole = map(set, hub.commits)
        assert model == MODEL | {"README.md"}
        assert tokenizer == TOKENIZER | {"README.md"}
        assert whole == MODEL | TOKENIZER | {"README.md", "architecture.svg", "student.json", "tokenization.json"}
        assert hub.files == {path.name: path.read_bytes() for path in folder.iterdir()}
        rows = run(LOAD.format(texts=TEXTS), hub, tmp_path).splitlines()
    shares = [[float(share) for share in row.split()] for row in rows]
    np.testing.assert_allclose(shares, student.probabilities(TEXTS), rtol=0, atol=1e-6)


def run(code: str, hub: LoopbackHub, home: Path) -> str:
    """Runs code in a process that takes the loopback for the hub; returns what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    environment |= {
        "HF_ENDPOINT": hub.address,
        "HF_TOKEN": "token-of-me",
        "HF_HOME": str(home / "home"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
