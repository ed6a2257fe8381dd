"""Dates and times as the whole product writes them: 23-Nov-2026, 10:40."""

from __future__ import annotations

DATE_FORMAT = "d-M-Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "d-M-Y H:i"
SHORT_DATE_FORMAT = "d-M-Y"
SHORT_DATETIME_FORMAT = "d-M-Y H:i"
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d-%b-%Y", "%d %b %Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%H%M"]
