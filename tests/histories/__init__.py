"""A long past, put straight into a database: nonsense by the thousand, or a whole life."""

from tests.histories.bulk import WORDS, fill, said
from tests.histories.life import Known, Life, live_a_life

__all__ = ["WORDS", "Known", "Life", "fill", "live_a_life", "said"]
