"""The search space: draws, changes and crosses architectures, and always stays inside its bounds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, final

from numpy.random import Generator

from rosearch.core.component import nearest
from rosearch.core.errors import ConfigError
from rosearch.space.architecture import Architecture
from rosearch.space.bounds import SpaceBounds
from rosearch.space.cardinality import SizeEstimate, estimate_size
from rosearch.space.crossover import CROSSOVERS
from rosearch.space.mutation import MUTATIONS
from rosearch.space.presets import PRESETS
from rosearch.space.sampling import random_architecture, shuffled

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

FRESH_DRAWS = 1000


@final
@dataclass(frozen=True, kw_only=True)
class Mutated:
    """A child and what made it.

    Args:
        architecture: The child, in canonical form.
        operator: The name of the mutation or crossover, or ``"sample"`` where none was applicable.
    """

    architecture: Architecture
    operator: str


@final
@dataclass(frozen=True, kw_only=True)
class DagSpace(SpaceBounds):
    """Students built from cells that are directed acyclic graphs; the fields are those of ``SpaceBounds``.

    In a configuration, ``preset = "tiny"`` gives the fields that are not written out.
    """

    kind: Literal["dag"] = "dag"

    @classmethod
    def preset(cls, name: str, **changes: Any) -> Self:
        """Returns a space by name, with any fields changed.

        Args:
            name: ``"default"``, ``"transformer-only"`` or ``"tiny"``.
            **changes: Fields that shall differ from the preset.

        Raises:
            ConfigError: If there is no such preset, or a field is unknown or does not fit.
        """
        return cls.from_config({"preset": name, **changes}, where="[space]")

    @classmethod
    def from_config(cls, data: Any, *, where: str = "[space]") -> Self:
        """Builds a space from its fields, from the name of a preset, or from fields with a ``preset`` among them.

        Args:
            data: A table, a name, or a space.
            where: What to call this place in an error message.

        Raises:
            ConfigError: If the preset or a key is unknown, or a value does not fit.
        """
        return super().from_config({"preset": data} if isinstance(data, str) else data, where=where)

    def sample(self, *, rng: Generator) -> Architecture:
        """Draws an architecture from the plain distribution that ``random_architecture`` describes.

        Args:
            rng: The source of randomness.
        """
        return random_architecture(self, rng)

    def mutate(self, architecture: Architecture, *, rng: Generator) -> Mutated:
        """Returns another architecture one edit away: mutations are equally likely, then their edits.

        Args:
            architecture: A member of this space.
            rng: The source of randomness.

        Raises:
            ConfigError: If the architecture lies outside, or the space holds no other.
        """
        parent = self._inside(architecture)
        child = self._mutated(parent, rng, known={parent.architecture_id})
        if child is None:
            raise ConfigError(
                "[space] holds a single architecture; allow more values of a gene, or raise max_parameters."
            )
        return child

    def crossover(self, a: Architecture, b: Architecture, *, rng: Generator) -> Mutated:
        """Returns a child of two architectures that is neither of them; failing that, a mutation of one.

        Args:
            a: A member of this space.
            b: Another, or the same.
            rng: The source of randomness.

        Raises:
            ConfigError: If a parent lies outside, or the space holds no other architecture than the parents.
        """
        first, second = shuffled((self._inside(a), self._inside(b)), rng)
        known = {first.architecture_id, second.architecture_id}
        for name in shuffled(CROSSOVERS, rng):
            if child := self._first(CROSSOVERS[name](first, second, rng), known):
                return Mutated(architecture=child, operator=name)
        if mutated := self._mutated(first, rng, known=known) or self._mutated(second, rng, known=known):
            return mutated
        raise ConfigError("[space] holds the two parents only; allow more values of a gene, or raise max_parameters.")

    def estimate_size(self, *, rng: Generator, samples: int = 1000) -> SizeEstimate:
        """Counts genotypes and estimates the number of distinct architectures.

        Args:
            rng: The source of randomness.
            samples: Genotypes to draw for the estimate.
        """
        return estimate_size(self, rng=rng, samples=samples)

    def _mutated(self, parent: Architecture, rng: Generator, *, known: set[str]) -> Mutated | None:
        for name in shuffled(MUTATIONS, rng):
            if child := self._first(MUTATIONS[name](parent, self, rng), known):
                return Mutated(architecture=child, operator=name)
        # A tight limit can leave islands that no single edit connects.
        fresh = self._first((self.sample(rng=rng) for _ in range(FRESH_DRAWS)), known)
        return Mutated(architecture=fresh, operator="sample") if fresh else None

    def _first(self, candidates: Iterable[Architecture], known: set[str]) -> Architecture | None:
        """Returns the first candidate that is new and lies inside, in canonical form."""
        for candidate in candidates:
            if self.contains(candidate) and candidate.architecture_id not in known:
                return candidate.canonical()
        return None

    def _inside(self, architecture: Architecture) -> Architecture:
        if not self.contains(architecture):
            raise ConfigError(
                f"architecture {architecture.architecture_id} lies outside the space. "
                "Widen [space], or start from an architecture that it contains."
            )
        return architecture.canonical()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(_with_preset, handler(source))


def _with_preset(data: Any) -> Any:
    """Lays the fields of a configuration over those of the preset that it names."""
    if isinstance(data, str):
        data = {"preset": data}
    if not isinstance(data, Mapping) or "preset" not in data:
        return data
    fields = dict(data)
    name = fields.pop("preset")
    if name not in PRESETS:
        raise ValueError(f"unknown preset {name!r}. {nearest(name, PRESETS)}")
    return {**PRESETS[name], **fields}
