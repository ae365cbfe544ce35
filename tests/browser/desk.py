"""One window for the tests of a file: what it has loaded and compiled once serves them all.

A page in a browser of its own takes two seconds of processor time to come up, one in a window
that had it before takes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.puppet import WITHIN

FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"


class Desk:
    """A browser context that is used by one test after another, and remembers nothing."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        """`options` of the context."""
        self._browser = browser
        self._options = options
        self._context: BrowserContext | None = None
        self._page: Page | None = None

    @contextmanager
    def used(self) -> Iterator[BrowserContext]:
        """The context, for one test. After one that failed there is another."""
        context = self._context or self._opened()
        try:
            yield context
            self._clear(context)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it."""
        if self._context:
            self._context.close()
        self._context = self._page = None

    def _opened(self) -> BrowserContext:
        context = self._context = self._browser.new_context(**self._options)
        context.set_default_timeout(WITHIN * 1000)
        another = context.new_page

        def new_page() -> Page:
            """The window that is there; another one where a test asks again."""
            page, self._page = self._page or another(), None
            return page

        context.new_page = new_page  # type: ignore[method-assign]
        return context

    def _clear(self, context: BrowserContext) -> None:
        if not context.pages or any(page.is_closed() for page in context.pages):
            return self.close()
        context.set_offline(False)
        context.clear_permissions()
        context.clear_cookies()
        page, *others = context.pages
        page.unroute_all()
        page.evaluate(FORGET)
        for other in others:
            other.close()
        page.emulate_media(color_scheme="null", reduced_motion="null", media="null")
        page.set_viewport_size(self._options["viewport"])
        page.goto("about:blank")
        self._page = page
        return None
