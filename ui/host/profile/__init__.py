"""The profile page, by its parts."""
