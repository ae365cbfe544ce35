"""A Stop, told apart from leaving: only the first ends the reply.

For Streamlit the stop button, a click elsewhere, another page, a reload and a closed tab are
all one: the script is stopped (`StopException`). What differs is the session afterwards. After
the stop button it is still connected and still has this very script; a click gives it another
script, and a closed tab disconnects it. Streamlit changes all that on its event loop, in one go
with the stop, so the question is asked there (it is
the core's loop as well).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamlit import runtime
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from ui.host import bridge


@contextmanager
def heeding_stop(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` when the person presses Streamlit's stop button within the context."""
    try:
        yield
    except StopException:
        if _asked_to_stop():
            stop()
        raise


def _asked_to_stop() -> bool:
    """Whether this script was stopped by its stop button."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return False
    return bridge.run(_is_still_the_script(context.session_id, threading.current_thread()))


async def _is_still_the_script(session_id: str, thread: threading.Thread) -> bool:
    here = runtime.get_instance()
    if not here.is_active_session(session_id):
        return False
    session = here.get_app_session(session_id)
    runner: ScriptRunner | None = session._scriptrunner if session else None
    return runner is not None and runner._script_thread is thread
