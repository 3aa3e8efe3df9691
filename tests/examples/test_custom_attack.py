"""The example of an attack of one's own keeps what it says: it runs, and the kit passes."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from rosearch.testing.attack_conformance import AttackConformance


def test_the_custom_attack_works_and_is_one_file_with_one_fixture(
    load: Callable[[Path], ModuleType], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example = load(root / "examples" / "custom_attack.py")
    example.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["success", "failed", "success"]
    kit, attack = example.TestLeetspeak(), example.Leetspeak()
    assert isinstance(kit, AttackConformance)
    for name in (name for name in dir(kit) if name.startswith("test_")):
        getattr(kit, name)(attack)
