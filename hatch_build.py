"""Build the pages' scripts whenever the project is built or installed, editable or not."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "scripts"))
from _pages import NODE_PACKAGE, build


class PagesHook(BuildHookInterface[Any]):
    """See ``scripts/_pages.py``."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node as a package where the machine has none."""
        return [] if shutil.which("node") and shutil.which("npm") else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build; `version` is "standard" or "editable", and both get the same."""
        del version, build_data
        build(Path(self.root))
