"""The profile: what Parley has learned of its person from what they wrote themselves."""
