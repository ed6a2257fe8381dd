from __future__ import annotations

from tests.proof.anchored import anchors_folder, clinic
from tests.proof.scene import made_scene, owner, scene

__all__ = ["anchors_folder", "clinic", "made_scene", "owner", "scene"]
