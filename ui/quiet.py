"""Nothing phones home: what libraries read from the environment before they are imported."""

from __future__ import annotations

import os

SILENCED = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
}


def forbid_telemetry() -> None:
    """Turn off the telemetry of the libraries Parley stands on. Call before they are imported."""
    os.environ.update(SILENCED)
