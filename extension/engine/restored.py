"""What a Python restored from a snapshot takes anew from the place that it runs in."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping
from importlib.util import find_spec, module_from_spec

ZONE = ("tzname", "timezone", "altzone", "daylight")


def renew(environment: Mapping[str, str]) -> None:
    """Seed `random`, read the time zone, and use the variables of `environment`."""
    random.seed()
    _read_zone()
    os.environ.update(environment)


def _read_zone() -> None:
    """Set the constants of `time` that it computes when it is imported."""
    spec = find_spec("time")
    if spec is None or spec.loader is None:
        raise ImportError("time")
    fresh = module_from_spec(spec)
    spec.loader.exec_module(fresh)
    for name in ZONE:
        setattr(time, name, getattr(fresh, name))
