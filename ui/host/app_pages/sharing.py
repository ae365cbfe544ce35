"""The page of share links."""

from ui.host.sharing import page

page.draw()
