"""Conversations shared by a link: `shares` is the owner's side, `reading` the readers'."""
