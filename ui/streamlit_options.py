"""What Streamlit is told, however Parley was started."""

from __future__ import annotations

import logging
from pathlib import Path

from streamlit import config, delta_generator, logger
from streamlit.components.v2 import manifest_scanner

from core.settings import Settings

APP = Path(__file__).resolve().with_name("app.py")
NEVER_CACHED = 2**31
"""Bytes no element has."""


def set_streamlit_options(settings: Settings) -> None:
    """Set what must hold whatever the person's own Streamlit settings say.

    Call before `st.App` is made. The theme and the rest are in `ui/.streamlit/config.toml`.
    """
    _take_over_logs()
    # Reading what every installed package says of itself takes a quarter of the start, to find
    # packaged components; Parley's own are not packaged.
    manifest_scanner.scan_component_manifests = lambda max_workers=None: []
    # Before the first element it would look whether this is a console: a tenth of a second.
    delta_generator._use_warning_has_been_displayed = True
    # As `streamlit run ui/app.py` does: finds .streamlit/config.toml from any working directory.
    config._main_script_path = str(APP)
    config.get_config_options(
        force_reparse=True,
        options_from_flags={
            "server.address": settings.host_address,
            "server.port": settings.host_port,
            "server.headless": True,
            "server.fileWatcherType": "none",
            # Streamlit sends a large element it sent before as a reference. Where two runs follow
            # each other quickly, a browser may have dropped it: "Cached ForwardMsg MISS".
            "global.minCachedMessageSize": NEVER_CACHED,
            # It would read each page into a syntax tree, in threads, which CPython 3.11 sometimes
            # gives up ("AST constructor recursion depth mismatch"): then there is no page.
            "runner.magicEnabled": False,
            # It would look through all there is after each run, while nothing else goes on.
            "runner.postScriptGC": False,
            "browser.gatherUsageStats": False,
            "logger.enableRich": False,
        },
    )


def _take_over_logs() -> None:
    """Have Streamlit's messages end where ours do; it would print tracebacks by itself."""

    def hand_over(logger: logging.Logger) -> None:
        logger.handlers.clear()
        logger.propagate = True

    logger.setup_formatter = hand_over
    logger.update_formatter()
