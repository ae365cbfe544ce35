"""Slates: a text on one side, what is made of it on the other, and the versions of both."""
