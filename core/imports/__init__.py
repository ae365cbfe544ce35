"""Conversations into Parley: its own files, and those of ChatGPT and Open WebUI."""
