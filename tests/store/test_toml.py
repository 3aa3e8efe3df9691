import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.core.errors import ConfigError
from rosearch.store.toml import plain, to_toml

# Lone surrogates are no text, and TOML knows only newline, not carriage return, inside a raw key or value.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = TEXT | st.booleans() | st.integers() | st.floats(allow_nan=False)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=12
)


@given(data=st.dictionaries(TEXT, VALUES, max_size=5))
@settings(max_examples=300, deadline=None)
def test_what_is_written_is_read_back(data: dict) -> None:
    assert tomllib.loads(to_toml(data)) == data


def test_tables_and_lists_of_tables_stand_on_their_own() -> None:
    data = {
        "seed": 0,
        "strategy": {"kind": "evolution", "immigrants": 0.25},
        "fitness": {"attacks": [{"kind": "pwws", "budgets": (10, 20)}, {"kind": "deepwordbug"}]},
        "teacher": {"path": Path("models") / "mine", "revision": None},
    }
    assert to_toml(data) == (
        'seed = 0\n\n[strategy]\nkind = "evolution"\nimmigrants = 0.25\n\n[fitness]\n\n[[fitness.attacks]]\n'
        'kind = "pwws"\nbudgets = [10, 20]\n\n[[fitness.attacks]]\nkind = "deepwordbug"\n\n[teacher]\n'
        'path = "models/mine"\n'
    )
    assert tomllib.loads(to_toml(data)) == plain(data)


def test_what_has_no_place_in_toml_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^space\.widths\.1: None cannot be written"):
        to_toml({"space": {"widths": [64, None]}})
    with pytest.raises(ConfigError, match=r"^strategy: <object"):
        to_toml({"strategy": object()})
