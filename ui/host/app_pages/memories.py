"""The memories page: what Parley knows of its person, in their hands."""

from ui.host.memories import page

page.draw()
