"""Makes the transformers library know students, whenever it is imported, without importing it.

``import rosearch`` must cost nothing, and transformers takes a second. So a finder of modules waits in front of the
others. When somebody imports one of transformers' tables of classes, it lets the others find the module, lets the
module run, and then adds students to the table. A table that is there already gets them at once. A transformers older
than students are written for is left as it is: ``import rosearch`` beside it must not fail.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    # Its base classes would take half the time that `import rosearch` takes.
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType

TABLES = "transformers.models.auto."
OLDEST_MAJOR_VERSION = 5


def register() -> None:
    """Adds students to transformers' tables of classes, those that are imported later included."""
    for name, add in ADDITIONS.items():
        if name in sys.modules:
            carry_out(add)
    if not all(name in sys.modules for name in ADDITIONS):
        sys.meta_path.insert(0, Waiting())


def carry_out(add: Callable[[], None]) -> None:
    """Adds students to a table, unless it is one of a transformers that is too old for them."""
    if int(sys.modules["transformers"].__version__.partition(".")[0]) >= OLDEST_MAJOR_VERSION:
        add()


def add_configuration() -> None:
    """Lets ``AutoConfig`` know students."""
    from transformers.models.auto.configuration_auto import AutoConfig

    from rosearch.export.hugging_face.configuration import RoSearchConfig

    AutoConfig.register(RoSearchConfig.model_type, RoSearchConfig, exist_ok=True)


def add_model() -> None:
    """Lets ``AutoModelForSequenceClassification`` know students, where there is a torch to run them."""
    from importlib.util import find_spec

    if find_spec("torch") is None:
        return
    from transformers.models.auto.modeling_auto import AutoModelForSequenceClassification

    from rosearch.export.hugging_face.configuration import RoSearchConfig
    from rosearch.export.hugging_face.modeling import RoSearchForSequenceClassification

    AutoModelForSequenceClassification.register(RoSearchConfig, RoSearchForSequenceClassification, exist_ok=True)


def add_tokenizer() -> None:
    """Lets ``AutoTokenizer`` know the tokenizer of students whose input is more than word pieces."""
    from transformers.models.auto.tokenization_auto import AutoTokenizer

    from rosearch.export.hugging_face.configuration import RoSearchConfig
    from rosearch.export.hugging_face.tokenization import RoSearchTokenizer

    AutoTokenizer.register(RoSearchConfig, RoSearchTokenizer, exist_ok=True)  # type: ignore[no-untyped-call]


ADDITIONS: Mapping[str, Callable[[], None]] = {
    f"{TABLES}configuration_auto": add_configuration,
    f"{TABLES}modeling_auto": add_model,
    f"{TABLES}tokenization_auto": add_tokenizer,
}
"""What to do once a module has run."""


@final
class Waiting:
    """Finds nothing by itself; has the modules of `ADDITIONS` found by others, and their runs followed up."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Returns what the next finder says, with a loader that adds students afterwards.

        Args:
            fullname: Of the module that is looked for.
            path: Where its package lies.
            target: A module to be loaded anew.
        """
        if fullname not in ADDITIONS:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = FollowedUp(spec.loader, ADDITIONS[fullname])  # type: ignore[assignment]  # it has the methods
                return spec
        return None


@final
class FollowedUp:
    """Loads a module as another loader does, and then does something more.

    Args:
        loader: The other one; the module shows it as its own.
        then: What to do.
    """

    def __init__(self, loader: "Loader", then: Callable[[], None]) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: "ModuleSpec") -> "ModuleType | None":
        """Returns the module, not yet run."""
        return self._loader.create_module(spec)

    def exec_module(self, module: "ModuleType") -> None:
        """Runs the module, and does what is to be done then."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        carry_out(self._then)
