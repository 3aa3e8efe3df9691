from hypothesis import given
from hypothesis import strategies as st

from rosearch.store.difference import difference

VALUES = st.recursive(
    st.integers(0, 2) | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)
TABLES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


def test_each_change_stands_under_its_dotted_key() -> None:
    old = {"seed": 0, "strategy": {"population": 32, "kind": "evolution"}, "attacks": [{"kind": "pwws"}], "same": [1]}
    new = {"seed": 1, "strategy": {"population": 16, "kind": "evolution"}, "attacks": [{"kind": "bae"}], "same": (1,)}
    assert difference(old, new) == {
        "attacks.0.kind": "'pwws' -> 'bae'",
        "seed": "0 -> 1",
        "strategy.population": "32 -> 16",
    }


def test_added_and_removed_keys_show_as_absent() -> None:
    assert difference({"a": {"b": 1}}, {"a": {"c": []}}) == {"a.b": "1 -> (absent)", "a.c": "(absent) -> []"}


def test_true_is_not_one() -> None:
    assert difference({"a": True}, {"a": 1}) == {"a": "True -> 1"}


@given(old=TABLES, new=TABLES)
def test_only_equal_tables_have_no_difference(old: dict, new: dict) -> None:
    assert (not difference(old, new)) == (repr(sorted_(old)) == repr(sorted_(new)))


def sorted_(value: object) -> object:
    if isinstance(value, dict):
        return {key: sorted_(value[key]) for key in sorted(value)}
    return [sorted_(inner) for inner in value] if isinstance(value, list) else value
