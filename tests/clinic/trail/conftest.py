from __future__ import annotations

from tests.proof.anchored import anchors_folder, clinic

__all__ = ["anchors_folder", "clinic"]
