"""The live end of a conversation: all that runs when somebody presses Enter.

It shows what was said since the page was drawn, begins turns and follows them. A turn belongs
to the core: whatever ends this script, the reply goes on, and the next run follows it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import NotFound, ParleyError
from core.turns import Turn
from ui.host import bridge, messages, models, recordings, tail
from ui.host.components.watcher import watch
from ui.host.maths import Maths
from ui.host.stopping import heeding_stop
from ui.host.times import readers_timezone
from ui.host.view import Loaded, View, Wish, load, view, wish

TYPED = "chat_typed"
PAGE_RUN_AFTER = 8
"""Live messages after which the page is run again to make history of them."""
QUICK = 1200
"""Characters up to which every token is drawn at once."""
PAUSE = 0.05
"""Seconds between two drawings of a longer reply."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the fragment writes. It is itself always called at the same place of the page:
    Streamlit knows a fragment by its place, and forgets what was typed into one that moved."""

    said: DeltaGenerator
    below: DeltaGenerator


@st.fragment
def talk(places: Places) -> None:
    """The messages since the page was drawn, the reply being written, the input."""
    shown = view()
    asked, shown.wish = shown.wish, None
    if asked and shown.is_history(asked.message_id):
        shown.wish = asked
        st.rerun()
    if asked:
        _begin_and_follow(shown, asked, places)
    else:
        _show(shown, places)


def _show(shown: View, places: Places) -> None:
    """The conversation as it is now; a reply on its way is followed."""
    loaded = _news_of(shown)
    turn = loaded.turn if loaded else None
    zone = readers_timezone()
    draft = shown.draft
    if not shown.recording:
        shown.draft = ""
    _input(busy=turn is not None or shown.recording is not None, draft=draft)
    with places.said:
        for message in shown.live:
            messages.draw(message, zone)
        place = messages.begin_reply(turn.provider, turn.model, zone) if turn else st.empty()
    with places.below:
        if turn:
            st.empty()
        elif shown.recording:
            recordings.write_down(shown)
            _run_again(shown)
        else:
            tail.draw(shown)
        watch(shown.id, busy=turn is not None, stop=turn is not None)
    if turn:
        with _heeding_stop(turn):
            _follow(shown, turn, place)


def _news_of(shown: View) -> Loaded | None:
    """The conversation as it is now, unless the page must run for it; None for a new one."""
    loaded, shown.loaded = shown.loaded, None
    if loaded is None and shown.id:
        try:
            loaded = bridge.run(load(bridge.core(), shown.id, shown.limit))
        except NotFound:
            st.rerun()
        except ParleyError as error:
            shown.problem = str(error)
        if loaded and not shown.take(loaded):
            st.rerun()
    return loaded


def _begin_and_follow(shown: View, asked: Wish, places: Places) -> None:
    """Do what was asked for: the new messages come first, and all else after the first word."""
    work = _begin(shown, asked)
    shown.drop(asked.message_id)
    earlier, zone = list(shown.live), readers_timezone()
    _input(busy=asked.kind != "send")
    with places.said:
        frames = [messages.frame(message.role) for message in earlier]
        if asked.kind == "send":
            messages.draw_question(asked.text, zone)
        place = messages.begin_reply(*models.answering(shown), zone)
    with places.below:
        st.empty()
    try:
        turn = bridge.result_of(work)
    except ParleyError as error:
        shown.problem, shown.draft = str(error), asked.text
        _run_again(shown)
        return

    def draw_the_rest() -> None:
        for message, frame in zip(earlier, frames, strict=True):
            with frame:
                messages.draw_inside(message, zone)

    with _heeding_stop(turn):
        if shown.id is None:
            shown.id = turn.conversation_id
            st.query_params["conversation"] = str(turn.conversation_id)
        with places.below:
            watch(shown.id, busy=True, stop=asked.kind != "send", asked=turn.message_id)
        _follow(shown, turn, place, draw_the_rest)


def _begin(shown: View, asked: Wish) -> Future[Turn]:
    chat, host = bridge.core().chat, bridge.core().host_id
    if asked.kind == "send":
        return bridge.begin(chat.send(host, asked.text, shown.id, *models.answering(shown)))
    if asked.kind == "retry":
        chosen = shown.choice or (None, None)
        return bridge.begin(chat.retry(host, asked.message_id, *chosen))
    return bridge.begin(chat.continue_(host, asked.message_id))


def _input(*, busy: bool, draft: str = "") -> None:
    """The place to type. While a reply of another run is on its way one can only stop that."""
    if draft:
        st.session_state[TYPED] = draft
    with st.bottom:
        st.chat_input(
            "Message",
            key=TYPED,
            submit_mode="stop",
            accept_audio=bridge.core().speech.available(),
            disabled=busy,
            on_submit=_typed,
        )


def _typed() -> None:
    text, recording = recordings.parts_of(st.session_state[TYPED])
    if recording:
        view().recording, view().draft = recording, text
    elif text.strip():
        wish(Wish("send", text=text))


def _follow(
    shown: View, turn: Turn, place: DeltaGenerator, draw_the_rest: Callable[[], None] = lambda: None
) -> None:
    """Show a reply while it is written; afterwards show the conversation as it is."""
    try:
        place.write_stream(_text_of(turn, place, Once(draw_the_rest)))
    except ParleyError as error:
        shown.problem = str(error)
    _run_again(shown)


def _heeding_stop(turn: Turn) -> AbstractContextManager[None]:
    """The stop button ends the turn, nothing else does."""
    app = bridge.core()
    return heeding_stop(lambda: bridge.run(app.chat.stop(app.host_id, turn.conversation_id)))


def _text_of(turn: Turn, place: DeltaGenerator, draw_the_rest: Once) -> Iterator[str]:
    """The reply in pieces ready for Markdown; notes are shown until the first one."""

    def look_up() -> None:
        draw_the_rest()
        _ = st.session_state.get(TYPED)  # at each look, Streamlit ends a script it has to end

    maths, length, note = Maths(), 0, None
    for updates in bridge.iterate(turn.follow(), look_up):
        text = maths.feed("".join(update.text for update in updates))
        if text:
            yield text
            length += len(text)
            draw_the_rest()
            if length > QUICK:
                time.sleep(PAUSE)
        elif not length and updates[-1].note != note:
            note = updates[-1].note
            place.markdown(messages.waiting(note))
    draw_the_rest()
    yield maths.end()


class Once:
    """Calls something the first time it is called."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work: Callable[[], None] | None = work

    def __call__(self) -> None:
        work, self._work = self._work, None
        if work:
            work()


def _run_again(shown: View) -> None:
    """Show how things stand, by this fragment alone where that is enough."""
    context = get_script_run_ctx()
    alone = context is not None and bool(context.fragment_ids_this_run)
    if alone and len(shown.live) < PAGE_RUN_AFTER:
        st.rerun(scope="fragment")
    st.rerun()
