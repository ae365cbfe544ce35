"""Somebody a profile can be made of: what they talked about for some weeks."""

from __future__ import annotations

from tests.core import pasts


async def live(app, now=pasts.NOW):
    """Talks over some weeks, summarised, and learned from; the ids of the insights by value."""
    talks = (
        (21, "Kyoto trip", "I want to plan my trip to Kyoto", "kurz bitte"),
        (14, "Kyoto trip", "Wie komme ich nach Kyoto, und lohnt sich der Trip?", "shorter please"),
        (8, "Kyoto trip", "hey, which temples on the Kyoto trip?", "Keep your answers short"),
        (6, "Sourdough bread", "lol my sourdough bread sank again", "why?"),
        (3, "Sourdough bread", "Tell me more of sourdough bread, pls", "in one sentence"),
        (2, "Kyoto trip", "Was kostet die Reise nach Kyoto, kannst du das schätzen?", "danke dir"),
        (1, "German grammar", "Explain the dative of German grammar", "thx"),
    )
    for days, topic, *texts in talks:
        chat, _ = await pasts.said(app, *texts, days=days, hour=19, title=f"About {topic}", now=now)
        await pasts.summarised(
            app, chat, topic,
            questions=["Can one see snow monkeys in April?"] if days == 2 else (),
            actions=[("Book the ryokan near the station", None)] if days == 8 else (),
        )  # fmt: skip
    await app.analysis.analyze(str(app.host_id))
    return {one.value: one.id for one in await app.profile.insights(app.host_id)}
