"""From Enter to the first token visible in Chromium, beside a bare Streamlit page.

`python -m tests.bench.page [--rounds 30]`: the reference streams the same stub upstream with
`st.write_stream` in a fragment and keeps nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.bench.processes import free_port, ms, parley, stop, table, upstream, wait_for
from tests.browser.chromium import launch

BARE = """
import os
import streamlit as st
from openai import OpenAI

client = st.cache_resource(lambda: OpenAI(base_url=os.environ["BASE"], api_key="none"))()

@st.fragment
def talk():
    if text := st.chat_input("Message"):
        with st.chat_message("user"):
            st.write(text)
        with st.chat_message("assistant"):
            st.write_stream(client.chat.completions.create(
                model="n20-d0", messages=[{"role": "user", "content": text}], stream=True))

talk()
"""

BOXES = '.chat .composer textarea, [data-testid="stChatInputTextArea"]'
# Time from the key to the first frame in which a reply's word stands below the question.
WATCH = """(text) => {
  const all = [...document.querySelectorAll("*")];
  const chat = all.map((one) => one.shadowRoot?.querySelector(".chat")).find(Boolean);
  const shown = () => (chat ?? document.body).innerText.split(text).slice(1).join(text);
  const words = () => shown().includes("word0");
  window.firstToken = new Promise((resolve) => {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const begin = performance.now();
      const look = () => words() ? resolve(performance.now() - begin) : requestAnimationFrame(look);
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}"""


@contextmanager
def bare_page(base: str) -> Iterator[str]:
    """A bare Streamlit chat; its address."""
    with tempfile.TemporaryDirectory() as folder:
        script, port = Path(folder) / "bare.py", free_port()
        script.write_text(BARE)
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
             "--server.headless", "true", "--browser.gatherUsageStats", "false"],
            env=os.environ | {"BASE": base}, cwd=folder, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"127.0.0.1:{port}"
        finally:
            stop(process)


async def ask(page: Page, number: int) -> float:
    """Say something; seconds from Enter to the first word of the reply."""
    box = page.locator(BOXES).first
    text = f"Question number {number}?"
    await box.fill(text)
    await page.evaluate(WATCH, text)
    await box.press("Enter")
    took = await page.evaluate("window.firstToken")
    await page.get_by_text("word19").last.wait_for()
    if await page.locator(".chat").count():
        await page.locator(".chat .stop").wait_for(state="hidden")
    else:
        await page.wait_for_function(
            "!document.querySelector('[data-testid=stChatInputTextArea]').disabled"
        )
    await asyncio.sleep(0.4)  # a person reads before typing again
    return float(took) / 1000


async def main(rounds: int) -> None:
    figures: dict[str, list[float]] = {"Parley": [], "bare": []}
    with upstream() as base, parley(base) as ours, bare_page(base) as reference:
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            pages = {}
            for name, address in (("Parley", ours.host), ("bare", reference)):
                pages[name] = await browser.new_page(viewport={"width": 1280, "height": 800})
                await pages[name].goto(f"http://{address}")
                await pages[name].locator(BOXES).first.wait_for()
            for i in range(rounds + 3):
                for name, page in pages.items():
                    took = await ask(page, i)
                    if i >= 3:
                        figures[name].append(took)
            await browser.close()
    median = {name: statistics.median(values) for name, values in figures.items()}
    row = ("Enter to first token visible, median", ms(median["Parley"]), ms(median["bare"]),
           "<= 90 ms")  # fmt: skip
    print(table("The chat page (reference: a bare Streamlit page)", [row]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    asyncio.run(main(parser.parse_args().rounds))
