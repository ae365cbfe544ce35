"""How long conversations take to write and read back: `python -m tests.bench.exports`.

One chat each of 20, 1,000 and 5,000 messages in twelve scripts, with code, tables and formulas,
in PostgreSQL as Parley keeps it. Prints, per format, seconds to the first byte and to the last and
the file's size; for JSON also the seconds of taking it in again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.app import App
from core.embeddings import LocalEmbedder
from core.exports.document import Document, Message
from core.exports.exports import Format
from tests.bench.recall import product
from tests.core.conversations import file_of
from tests.unit.scripts import SENTENCES

T = datetime(2026, 1, 2, tzinfo=UTC)
LANGUAGES = ["en", "fr", "el", "ru", "zh", "ja", "ko", "ar", "he", "hi", "th", "emoji"]
ANSWER = """## Answer {n}

{text} **{text}**

```python
def f(x: int) -> int:
    return x + {n}  # why
```

| a | b |
|---|---|
| {n} | $x^{{{n}}}$ |
"""


def chat(many: int) -> Document:
    """A chat: questions in every script, every fifth reply with code, a table, a formula."""
    messages = []
    for n in range(many):
        language = LANGUAGES[n % len(LANGUAGES)]
        text = SENTENCES[language]
        messages.append(
            Message(
                parent=n or None,
                role="assistant" if n % 2 else "user",
                text=ANSWER.format(n=n, text=text) if n % 10 == 1 else f"{text}\n\n{text} {n}",
                language=language if len(language) == 2 else "en",
                created_at=T + timedelta(seconds=n),
            )
        )
    time_ = T + timedelta(days=many)
    return Document(
        kind="chat", title=f"{many} messages", created_at=time_, updated_at=time_, visible=many,
        messages=messages,
    )  # fmt: skip


async def write(app: App, one: UUID, format: Format) -> tuple[dict[str, float], bytes]:
    """Figures of an export, and what it wrote."""
    begin, first, data = time.perf_counter(), 0.0, b""
    export = await app.exports.prepare(app.host_id, [one], format)
    async for chunk in export.chunks:
        first = first or time.perf_counter() - begin
        data += chunk
    took = time.perf_counter() - begin
    line = {"first byte s": first, "all s": took, "MB": len(data) / 1e6}
    return {name: round(value, 3) for name, value in line.items()}, data


async def main(sizes: Sequence[int]) -> None:
    async with product(LocalEmbedder()) as app:
        for size in sizes:
            (one,) = (await app.imports.read(app.host_id, file_of(chat(size)))).ids
            for format in Format.__args__:
                line, data = await write(app, one, format)
                print(json.dumps({"messages": size, "format": format, **line}), flush=True)
                if format == "json":
                    await app.conversations.delete(app.host_id, one)
                    begin = time.perf_counter()
                    (one,) = (await app.imports.read(app.host_id, data)).ids
                    took = round(time.perf_counter() - begin, 3)
                    print(json.dumps({"messages": size, "taken in again s": took}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 1_000, 5_000])
    asyncio.run(main(parser.parse_args().sizes))
