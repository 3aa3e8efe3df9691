"""Students are known to the transformers library after ``import rosearch``, whoever comes first, at no cost."""

import subprocess
import sys
from pathlib import Path

import pytest

LOAD = """
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
model = AutoModelForSequenceClassification.from_pretrained({folder!r})
print(type(model).__module__, len(AutoTokenizer.from_pretrained({folder!r})("great").input_ids))
import transformers.models.auto.modeling_auto as table
print(type(table.__loader__).__name__, type(table.__spec__.loader).__name__)
"""
CHEAP = "import rosearch, sys; assert not {'torch', 'transformers'} & set(sys.modules); "
FIRST = {
    "rosearch": CHEAP,
    "its Auto classes": "from transformers import AutoModelForSequenceClassification; import rosearch",
    "its configurations": "from transformers import AutoConfig; import rosearch",
    "rosearch, then a model": CHEAP + "from transformers import BertModel",
}


@pytest.mark.parametrize("first", FIRST)
def test_whoever_is_imported_first(first: str, hugging_face: Path) -> None:
    code = FIRST[first] + LOAD.format(folder=str(hugging_face))
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "rosearch.export.hugging_face.modeling",
        "3",
        "SourceFileLoader",
        "SourceFileLoader",
    ]


@pytest.mark.parametrize("first", ["from transformers import AutoConfig; ", ""])
def test_an_old_transformers_is_left_as_it_is(first: str) -> None:
    code = (
        f"import transformers; {first}transformers.__version__ = '4.57.3'; import rosearch; "
        "from transformers.models.auto.configuration_auto import CONFIG_MAPPING; print('rosearch' in CONFIG_MAPPING)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False"]
