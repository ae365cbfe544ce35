"""What a search finds."""

import pytest


@pytest.fixture
def find(app):
    """The texts a search finds, once all that was said has been read and put into the index."""

    async def found(typed, *only, **more):
        await app.reader.catch_up()
        await app.passage_index.catch_up()
        return [hit.text for hit in (await app.search.find(app.host_id, typed, *only, **more)).hits]

    return found
