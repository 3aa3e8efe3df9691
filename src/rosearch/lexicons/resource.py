"""What attacks read: lexicons, taggers, sentence encoders, masked language models."""

from abc import ABC

from rosearch.core.component import Component
from rosearch.core.events import Listener
from rosearch.core.fingerprint import fingerprint


class Resource(Component, ABC):
    """Something fetched, built or loaded once. Equal resources give equal answers."""

    def fingerprint(self) -> str:
        """Returns a name of the content: equal names, equal answers, wherever files lie."""
        return fingerprint(self.to_config())

    def prepare(self, listener: Listener) -> None:
        """Fetches and builds what the first answer would otherwise wait for.

        Args:
            listener: Hears the progress.

        Raises:
            AssetError: If something is missing or broken.
        """
