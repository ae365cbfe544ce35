"""Things that were said, so that they can be looked for."""

from datetime import UTC, datetime

import psycopg
import pytest

from tests.core.search.saying import Past


@pytest.fixture
def past(app, database_url):
    """Puts what was said into the database, as if people had said it then."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield Past(app, conn, datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def find(app):
    """The texts a search finds, once all that was said has been read and put into the index."""

    async def found(typed, *only, **more):
        await app.reader.catch_up()
        await app.passage_index.catch_up()
        return [hit.text for hit in (await app.search.find(app.host_id, typed, *only, **more)).hits]

    return found
