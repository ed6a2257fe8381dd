from __future__ import annotations

from tests.proof.anchored import anchors_folder, clinic
from tests.proof.scene import owner, scene

__all__ = ["anchors_folder", "clinic", "owner", "scene"]
