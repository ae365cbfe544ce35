"""Questions to everything that was ever said, answered with what stands there."""
