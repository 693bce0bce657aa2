"""Code of your own in the place of ours: ``FILE.py:NAME``, a factory that is called.

A configuration holds the name of the factory, its arguments as JSON has them, and the hash of the
file; never code. To use it is to run the file, so a run's own code must be what it was when the
run began. The file stands by itself: neighbours that it imports are found only where Python finds
them anyway, and no hash is taken of them.

These fields may name code: ``factory`` of a network or an objective (`OwnSettings`),
``evaluate_features`` and the ``features`` of commands, ``game.victim`` and the classifier of an
attack, ``game.content``. A victim may also be a run, which names code in turn. All of them are
loaded by `read_code`, which `without_code` forbids.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args, get_type_hints

import tyro

from zerosum.checks import require
from zerosum.errors import ConfigError, RunError
from zerosum.explaining import explained
from zerosum.files import expanded
from zerosum.registry import hint

__all__ = [
    "Code",
    "OwnObjectiveConfig",
    "OwnSettings",
    "absolute_code",
    "code_named_in",
    "hashed",
    "is_code",
    "own_fields",
    "read_code",
    "refuse_code",
    "without_code",
]

SettingsT = TypeVar("SettingsT")
OwnT = TypeVar("OwnT", bound="OwnSettings")

_MARK = ".py:"
_IS_FORBIDDEN: ContextVar[bool] = ContextVar("is_forbidden", default=False)


def is_code(text: str) -> bool:
    """Whether a text names code: ``path/to/file.py:name``.

    Example:
        >>> is_code("nets/mine.py:Net"), is_code("torchvision:resnet18")
        (True, False)
    """
    return _MARK in text


def absolute_code(spec: str) -> str:
    """The code so named that it is found from any folder.

    Example:
        >>> absolute_code("/nets/mine.py:Net")
        '/nets/mine.py:Net'
    """
    file, _, name = spec.rpartition(":")
    return f"{expanded(file).absolute()}:{name}"


@dataclass(frozen=True)
class Code:
    """A file of Python as it was read, and the name of a factory in it.

    Attributes:
        path: The file.
        name: The factory.
        source: What the file holds.

    Example:
        >>> Code(Path("mine.py"), "double", b"def double(x): return 2 * x").call("it", x=4)
        8
    """

    path: Path
    name: str
    source: bytes

    @property
    def sha256(self) -> str:
        """The hash of the file, as ``sha256sum`` has it."""
        return sha256(self.source).hexdigest()

    def call(self, what: str, **arguments: Any) -> Any:
        """What the factory returns.

        Args:
            what: What is expected of it.
            arguments: What it is given.

        Raises:
            ConfigError: The file cannot be imported, has no such factory, or the factory fails.
        """
        expected = f"{self.name}({', '.join(arguments)}) that returns {what}"
        with self._explained(expected):
            module = self._module()
        if not hasattr(module, self.name):
            raise ConfigError(
                f"{self.path} has no function {self.name}{hint(self.name, _named_in(module))} "
                f"Expected a function {expected}."
            )
        with self._explained(expected):
            return getattr(module, self.name)(**arguments)

    @contextmanager
    def _explained(self, expected: str) -> Iterator[None]:
        """Say of whatever goes wrong in the user's code whose it is, and what was expected."""
        try:
            yield
        except Exception as error:
            raise ConfigError(
                f"{self.path}:{self.name} failed with {type(error).__name__}: {error}; expected a "
                f"file that can be imported, and in it a function {expected}."
            ) from error

    def _module(self) -> ModuleType:
        """The file as a module: what is run is what was hashed, and nothing that was cached."""
        name = f"zerosum_own_{self.sha256[:16]}"
        module = ModuleType(name)
        module.__file__ = str(self.path)
        sys.modules[name] = module  # dataclasses look up the module that they are in
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)
        return module


def _named_in(module: ModuleType) -> list[str]:
    """What may be meant: the functions and classes of a file."""
    return [name for name, value in vars(module).items() if callable(value)]


def read_code(spec: str) -> Code:
    """The file that a text names, which is not run yet.

    Args:
        spec: ``path/to/file.py:name``.

    Raises:
        ConfigError: There is no such file, or code is forbidden here.

    Example:
        >>> read_code("no/such.py:Net")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: no/such.py cannot be read: No such file or directory. ...
    """
    if _IS_FORBIDDEN.get():
        raise ConfigError(_refusal({"a setting": spec}))
    file, _, name = spec.rpartition(":")
    path = expanded(file)
    how = "Name code of your own as path/to/file.py:function."
    with explained(path, "read", error=ConfigError, then=how):
        return Code(path, name, path.read_bytes())


@contextmanager
def without_code() -> Iterator[None]:
    """Within the context nothing runs code that a setting names, in whatever run or option.

    For callers that use settings of people whom they do not know. Other threads do not inherit it.

    Example:
        >>> with without_code():
        ...     read_code("mine.py:Net")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: a setting names code, mine.py:Net, and code is not run ...
    """
    before = _IS_FORBIDDEN.set(True)
    try:
        yield
    finally:
        _IS_FORBIDDEN.reset(before)


def code_named_in(settings: Any, name: str = "") -> dict[str, str]:
    """What in settings names code, by the dotted name of its field.

    Args:
        settings: A dataclass, such as a run's configuration or a command's.
        name: What it is called in the one that it stands in.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.recipes import recipe
        >>> code_named_in(change(recipe("dcgan-digits"), {"game.generator": "mine.py:Net"}))
        {'game.generator.factory': 'mine.py:Net'}
    """
    if isinstance(settings, str):
        return {name: settings} if is_code(settings) else {}
    if not is_dataclass(settings):
        return {}
    parts = (
        code_named_in(value, f"{name}.{key}" if name else key)
        for key, value in vars(settings).items()
    )
    return {key: value for part in parts for key, value in part.items()}


def refuse_code(settings: Any) -> None:
    """Refuse settings that name code, before anything is done with them.

    Args:
        settings: A dataclass, such as a run's configuration or a command's.

    Raises:
        ConfigError: One does.

    Example:
        >>> from zerosum.config import EvaluateConfig
        >>> refuse_code(EvaluateConfig(features="mine.py:features"))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: features names code, mine.py:features, and code is not run ...
    """
    named = code_named_in(settings)
    if named:
        raise ConfigError(_refusal(named))


def _refusal(named: Mapping[str, str]) -> str:
    each = " and ".join(f"{field} names code, {spec}," for field, spec in named.items())
    return (
        f"{each} and code is not run here. Choose what comes with zerosum, or use the "
        "command line, if you trust the file."
    )


@dataclass(frozen=True, kw_only=True)
class OwnSettings:
    """Settings of what your own factory makes.

    Example:
        >>> print(OwnSettings(factory="costs.py:Heavy", arguments={"weight": 2.0}))
        costs.py:Heavy
        >>> OwnSettings(factory="Heavy")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: code of your own is named as path/to/file.py:name, got 'Heavy'.
    """

    gives: ClassVar[str] = "what is asked of it"
    known: ClassVar[tuple[str, ...]] = ()

    kind: Literal["own"] = "own"
    factory: Annotated[str, tyro.conf.Fixed, tyro.conf.Suppress]
    """The factory: ``path/to/file.py:name``."""
    arguments: Annotated[dict[str, Any], tyro.conf.Fixed, tyro.conf.Suppress] = field(
        default_factory=dict
    )
    """What it is given by name besides, as JSON has it."""
    sha256: Annotated[str, tyro.conf.Fixed, tyro.conf.Suppress] = ""
    """Hash of the file when the run began."""

    def __post_init__(self) -> None:
        require(
            is_code(self.factory),
            f"code of your own is named as path/to/file.py:name, got {self.factory!r}.",
        )
        taken = [name for name in self.arguments if name in self.known]
        require(not taken, f"{self.factory} is given {', '.join(taken)} by zerosum: leave it out.")
        try:
            json.dumps(self.arguments, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f"arguments of {self.factory} must be what JSON can hold: {error}."
            ) from error

    def __str__(self) -> str:
        return self.factory

    def hashed(self: OwnT) -> OwnT:
        """The same as a run begins with it: found from any folder, its file hashed.

        Raises:
            ConfigError: There is no such file.
        """
        factory = absolute_code(self.factory)
        return replace(self, factory=factory, sha256=read_code(factory).sha256)

    def make(self, **known: Any) -> Any:
        """What the factory returns.

        Args:
            known: What it is given besides its arguments.

        Raises:
            ConfigError: It cannot be had.
            RunError: The file is no longer what it was when the run began.
        """
        try:
            code = read_code(self.factory)
        except ConfigError as error:
            if not self.sha256 or _IS_FORBIDDEN.get():
                raise
            raise RunError(
                f"code of this run is gone: {error} A run goes on as it began: put the file back, "
                "or, if it was moved, change its path in config.json."
            ) from error
        if self.sha256 and code.sha256 != self.sha256:
            raise RunError(
                f"{code.path}, which this run uses, is no longer what it was: its SHA-256 began "
                f"with {self.sha256[:16]}, now with {code.sha256[:16]}. A run goes on as it "
                "began: put the file back as it was, or start a new run with it."
            )
        return code.call(self.gives, **known, **self.arguments)


@dataclass(frozen=True, kw_only=True)
class OwnObjectiveConfig(OwnSettings):
    """An objective of your own: ``NAME(**arguments)`` returns a `zerosum.objectives.Objective`.

    Example:
        >>> OwnObjectiveConfig(factory="costs.py:Heavy").kind
        'own'
    """

    gives: ClassVar[str] = "an objective"


@cache
def own_fields(settings: type) -> dict[str, type[OwnSettings]]:
    """The fields of a dataclass in whose place code of your own may stand.

    Example:
        >>> from zerosum.config import AdversarialConfig
        >>> sorted(own_fields(AdversarialConfig))
        ['discriminator', 'generator', 'objective']
    """
    hints = get_type_hints(settings)
    own = {
        each.name: [kind for kind in get_args(hints[each.name]) if _is_own(kind)]
        for each in fields(settings)
    }
    return {name: kinds[0] for name, kinds in own.items() if kinds}


def _is_own(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, OwnSettings)


def hashed(settings: SettingsT) -> SettingsT:
    """A dataclass whose code of your own, wherever it stands, is as a run begins with it.

    Raises:
        ConfigError: A file is missing.

    Example:
        >>> from zerosum.recipes import recipe
        >>> hashed(recipe("dcgan-digits")) == recipe("dcgan-digits")
        True
    """
    if isinstance(settings, OwnSettings):
        return settings.hashed()
    if not is_dataclass(settings) or isinstance(settings, type):
        return settings
    now = {name: hashed(value) for name, value in vars(settings).items() if is_dataclass(value)}
    changed = {name: value for name, value in now.items() if value is not vars(settings)[name]}
    return replace(settings, **changed) if changed else settings
