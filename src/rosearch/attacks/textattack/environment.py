"""A process in TextAttack's environment, spoken to in lines of JSON."""

import json
import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, final

from rosearch.core.errors import AssetError, AttackError
from rosearch.core.interrupts import sheltered_children

_WORKER = Path(__file__).parent / "worker"
_LAST_WORDS = 400
_GRACE_S = 10.0


@final
class Environment:
    """A running worker.

    Args:
        python: The interpreter of the environment.
        timeout_s: How long it may be silent, in seconds.
        online: Whether libraries there may use the network.

    Raises:
        AssetError: If the interpreter cannot be started.
    """

    def __init__(self, python: str, *, timeout_s: float, online: bool) -> None:
        self._python, self._timeout_s = python, timeout_s
        # The order in which Python walks through sets of words is an outcome of some recipes.
        variables = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf-8"}
        if not online:
            variables |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        command = [str(Path(python).expanduser()), str(_WORKER)]
        try:
            with sheltered_children():
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=variables
                )
        except OSError as error:
            self._errors.close()
            raise AssetError(
                f"{python}: cannot be started: {error.strerror}. Give with python the interpreter of an environment "
                "that has TextAttack, such as oracle/bin/python."
            ) from None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def say(self, message: Mapping[str, Any]) -> None:
        """Sends a line; that nobody reads it any more is found when an answer is waited for."""
        assert self._process.stdin is not None  # noqa: S101  # a pipe was asked for
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return

    def hear(self) -> dict[str, Any]:
        """Returns the next line.

        Raises:
            AttackError: If none comes in time, the process ends, or it is no JSON object.
        """
        try:
            line = self._lines.get(timeout=self._timeout_s)
        except queue.Empty:
            raise AttackError(
                f"{self._python}: no word from TextAttack for {self._timeout_s:g} s. Set timeout_s higher if it may "
                "take as long."
            ) from None
        if not line:
            raise AttackError(f"{self._python}: TextAttack's process {self._end()}{self._last_words()}")
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise AttackError(f"{self._python}: said {line[:80]!r} where a line of JSON was expected.")
        return message

    def close(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with suppress(OSError):  # what it was still to be told
                if stream is not None:
                    stream.close()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # a pipe was asked for
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def _end(self) -> str:
        try:
            return f"ended with code {self._process.wait(timeout=_GRACE_S)}"
        except subprocess.TimeoutExpired:
            return "closed its output"

    def _last_words(self) -> str:
        self._errors.seek(0)
        words = self._errors.read().decode(errors="replace").strip()[-_LAST_WORDS:]
        return f", after: ...{words}" if words else " and said nothing."
