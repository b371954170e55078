"""Reading the project's own TOML files into strict models: an unknown key is an error that names it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from study.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


def read_strict(
    path: Path,
    model: type[Model],
    *,
    what: str,
    misfits: Callable[[Model], Iterable[str]] = lambda _: (),
    do: str = "Correct or remove the keys named.",
) -> Model:
    """Read a TOML file into a model.

    Parameters
    ----------
    path : Path
        The file.
    model : type
        A model that forbids unknown keys.
    what : str
        What the file holds, in the plural, as a sentence begins with it: "The street rules".
    misfits : callable, optional
        Told the model, returns what does not fit together in it.
    do : str
        What the person can do about faults.

    Raises
    ------
    ConfigError
        If the file is not TOML, or has faults: all of them together.
    """
    try:
        found = model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{what} are not valid TOML: {error}", where=str(path)) from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
    else:
        faults = list(misfits(found))
    if faults:
        raise ConfigError(f"{what} have faults: " + "; ".join(faults), where=str(path), do=do)
    return found
