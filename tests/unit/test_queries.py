import pytest

from core.queries import SQL_FOLDER, load, parse


def test_a_file_is_cut_into_its_named_blocks():
    queries = parse("-- name: one\nSELECT 1\n\n-- name: two\n-- why\nSELECT 2\n")
    assert queries.one == "SELECT 1"
    assert queries.two == "-- why\nSELECT 2"
    assert queries.names() == ["one", "two"]


def test_a_name_given_twice_is_refused():
    with pytest.raises(ValueError, match="two queries are named one"):
        parse("-- name: one\nSELECT 1\n-- name: one\nSELECT 2\n")


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(AttributeError, match="there are \\['one'\\]"):
        _ = parse("-- name: one\nSELECT 1").other


@pytest.mark.parametrize("noun", sorted(path.stem for path in SQL_FOLDER.glob("*.sql")))
def test_every_file_of_the_folder_loads(noun):
    assert load(noun).names()
