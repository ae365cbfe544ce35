"""Providers on the settings page: paste a key, see at once whether it is good and what it opens."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.errors import ParleyError
from core.preferences import masked
from core.providers.catalog import ProviderRow
from core.providers.listing import Listing
from ui.host import bridge
from ui.host.settings import preference

CHOSEN = "settings_provider"
_TRIED = "settings_tried"
LISTS_WITHIN = 30.0
"""Seconds a provider has to list its models."""


def draw() -> None:
    """Choose a provider, set it up, see its models, let it answer."""
    known = bridge.core().providers
    _look_around()
    names = [row.name for row in known.rows()]
    usable = [known.row(name).label for name in known.names()]
    st.session_state.setdefault(CHOSEN, known.default()[0])
    with st.container(border=True):
        st.subheader("AI provider", anchor=False)
        # Labels that change would lose what was chosen.
        name = st.selectbox(
            "Provider", names, key=CHOSEN, filter_mode="contains",
            format_func=lambda one: known.row(one).label,
        )  # fmt: skip
        st.caption(f":material/check: Ready: {', '.join(usable)}")
        row = known.row(name)
        if row.note:
            st.caption(row.note)
        _draw_access(row)
        _draw_models(row)
    if lost := bridge.core().preferences.unreadable:
        st.warning(
            f"These keys were encrypted with another SECRET_KEY: {', '.join(lost)}. "
            "Paste them again.",
            icon=":material/key_off:",
        )
    preference.draw_problem()


def _look_around() -> None:
    """Servers on this computer are found by themselves, also those started a moment ago."""
    try:
        bridge.run(bridge.core().providers.look_around())
    except ParleyError as error:
        st.caption(str(error))


def _draw_access(row: ProviderRow) -> None:
    """Where key and address are pasted; what is pasted is tried at once."""
    if row.key_setting:
        _draw_key(row)
    if row.address_setting and row.protocol != "builtin":
        if row.address:
            with st.expander("Another address", icon=":material/dns:"):
                _draw_address(row)
        else:
            _draw_address(row)


def _draw_key(row: ProviderRow) -> None:
    name = str(row.key_setting)
    kept = masked(preference.current(name))
    st.text_input(
        "API key", type="password", key=f"key_{row.name}", autocomplete="off",
        placeholder=f"Set ({kept}). Paste another to replace it." if kept else "Paste it here",
        live="400ms", on_change=_try_key, args=[row],
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        preference.origin(name)
        if row.key_page:
            st.link_button(
                "Get a key", row.key_page, type="tertiary", icon=":material/open_in_new:"
            )


def _draw_address(row: ProviderRow) -> None:
    name = str(row.address_setting)
    st.text_input(
        "Address", key=preference.show(name, preference.current(name) or ""),
        placeholder=row.usual_address or row.address or "http://localhost:8000/v1",
        help="Of a server that speaks the same protocol. It usually ends in /v1.",
        on_change=_try_address, args=[row],
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        preference.origin(name)
        if row.usual_address and row.key_page:
            st.link_button(
                f"Get {row.label}", row.key_page, type="tertiary", icon=":material/open_in_new:"
            )


def _try_key(row: ProviderRow) -> None:
    """A key the provider refuses is not kept; one it could not be asked about is."""
    field = f"key_{row.name}"
    key = st.session_state[field].strip()
    if not key:
        return
    listing = _listing(row, key=key)
    good = listing.error_code != "bad_key"
    if good and preference.change({str(row.key_setting): key}):
        st.session_state[field] = ""
        st.toast(f"The key of {row.label} is kept, encrypted.", icon=":material/lock:")
    st.session_state[_TRIED] = (row.name, listing)


def _try_address(row: ProviderRow) -> None:
    name = str(row.address_setting)
    st.session_state.pop(_TRIED, None)
    preference.change({name: st.session_state[preference.key_of(name)]})


def _listing(row: ProviderRow, key: str | None = None) -> Listing:
    known = bridge.core().providers
    work = known.try_out(row.name, key, None) if key else known.models(row.name)
    try:
        return bridge.run(work, LISTS_WITHIN)
    except ParleyError as error:
        return Listing((), False, str(error), error.code)


def _draw_models(row: ProviderRow) -> None:
    """What was found, and a box that filters it as one types."""
    tried = st.session_state.pop(_TRIED, None)
    usable = row.is_configured(bridge.core().preferences.current)
    if tried and tried[0] == row.name:
        listing = cast("Listing", tried[1])
    elif usable:
        with st.spinner(f"Asking {row.label} for its models…"):
            listing = _listing(row)
    else:
        _say_what_is_missing(row)
        return
    _say(listing)
    if listing.models and usable and listing.error_code != "bad_key":
        _choose(row, listing)


def _say_what_is_missing(row: ProviderRow) -> None:
    if row.usual_address:
        st.info(
            f"{row.label} does not answer at {row.usual_address}. Start it, load a model in it, "
            "and come back to this page; or give the address of the computer it runs on.",
            icon=":material/search_off:",
        )
    elif row.address:
        st.info(f"Paste a key to see the models of {row.label}.", icon=":material/key:")
    else:
        st.info("Give its address to see its models.", icon=":material/dns:")


def _say(listing: Listing) -> None:
    if listing.ok and listing.models:
        st.success(listing.sentence, icon=":material/check_circle:")
    elif listing.error_code == "bad_key":
        st.error(listing.sentence, icon=":material/key_off:")
    else:
        st.warning(listing.sentence, icon=":material/cloud_off:")


def _choose(row: ProviderRow, listing: Listing) -> None:
    known = bridge.core().providers
    provider, model = known.default()
    names = [info.id for info in listing.models]
    answers = provider == row.name
    wanted = model if answers else known.default_model(row.name)
    first = wanted if wanted in names else names[0]
    key = f"models_{row.name}_{len(names)}"
    chosen = st.selectbox(
        f"Models, the newest first ({len(names)})", names, index=names.index(first),
        key=key, filter_mode="contains",
        help="Type to filter.", accept_new_options=True,
    )  # fmt: skip
    if answers and chosen == model:
        st.caption(f":material/check: {row.label} answers chats with {chosen}.")
        return
    st.button(
        "Use for chat", type="primary", icon=":material/forum:", key=f"use_{row.name}",
        on_click=_use, args=[row.name, key],
    )  # fmt: skip
    if not answers:
        st.caption(f"Now {known.row(provider).label} answers.")


def _use(name: str, key: str) -> None:
    """Who clicks before the page is drawn again means what they have just chosen."""
    preference.set_({"ai_provider": name, "ai_model": st.session_state[key]})
