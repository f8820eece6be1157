"""What is registered in a folder of modules: each lists its own under one name, and nothing else lists the modules."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def collect(package: ModuleType, name: str) -> list[tuple[str, Any]]:
    """Everything that the modules of a package have listed.

    Args:
        package: whose `__path__` is looked through; sub-packages count as modules.
        name: of the list or tuple in each module, such as "RECIPES"; a module without it has nothing to register.

    Returns:
        (dotted name of the module, thing), in the order of the modules' names.
    """
    found = []
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        found += [(module.name, thing) for thing in getattr(importlib.import_module(module.name), name, ())]
    return found
