"""The models that answered: how much, for how much, how fast."""

from __future__ import annotations

import streamlit as st

from core.intelligence.trends import ModelUse, Trends
from core.providers.catalog import CATALOG
from ui.host.analytics import specs
from ui.host.analytics.figures import money
from ui.host.analytics.panel import draw as panel

_LABELS = {row.name: row.label for row in CATALOG}


def draw(trends: Trends) -> None:
    """What each did and cost as a table, and charts of tokens and speed."""
    with st.container(border=True, key="panel_models"):
        st.subheader("Models", anchor=False)
        if not trends.models:
            st.caption("No AI answered in these days. Ask one something on the Chat page.")
            return
        st.caption(f"Cost at list prices as of {trends.prices_as_of}, per million tokens"
                   if trends.prices_as_of else "Cost is not known")  # fmt: skip
        st.dataframe(_rows(trends.models), hide_index=True, alt="Replies, tokens and cost by model")
    left, middle, right = st.columns(3)
    with left:
        panel(trends, "models", "Tokens", specs.tokens(trends), "Read and written, by model",
              _unless(any(m.input_tokens or m.output_tokens for m in trends.models)))  # fmt: skip
    with middle:
        panel(trends, "models", "Speed", specs.speed(trends), "Tokens a second, median, by model",
              _unless(any(m.speed for m in trends.models)))  # fmt: skip
    with right:
        panel(trends, "models", "First word", specs.waits(trends),
              "Seconds until it comes: the median, and what 95 of 100 replies stay below",
              _unless(any(m.wait for m in trends.models)))  # fmt: skip


def _unless(there: bool) -> str | None:
    return None if there else "The models of these days did not tell."


def _rows(models: list[ModelUse]) -> dict[str, list[object]]:
    used = sorted(models, key=lambda one: -one.replies)
    return {
        "Model": [one.model or "Unknown" for one in used],
        "Provider": [_LABELS.get(one.provider or "", one.provider or "Imported") for one in used],
        "Replies": [one.replies for one in used],
        "Stopped": [one.interrupted for one in used],
        "Failed": [one.failed for one in used],
        "Tokens in": [one.input_tokens for one in used],
        "Tokens out": [one.output_tokens for one in used],
        "Cost": [_cost(one) for one in used],
    }


def _cost(one: ModelUse) -> str:
    if one.cost is None:
        return "unknown"
    return money(one.cost) if one.cost.amount else "free"
