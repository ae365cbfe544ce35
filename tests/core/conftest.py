"""Things that were said, so that they can be looked for."""

from datetime import UTC, datetime

import psycopg
import pytest

from tests.core.saying import Past


@pytest.fixture
def past(app, database_url):
    """Puts what was said into the database, as if people had said it then."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield Past(app, conn, datetime(2026, 3, 1, 12, tzinfo=UTC))
