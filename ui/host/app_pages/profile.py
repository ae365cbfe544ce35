"""The profile page: what Parley has learned of its person."""

from ui.host.profile import page

page.draw()
