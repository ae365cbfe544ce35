"""What keeps Parley from starting is one sentence that says what to do, and exit code 2."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.running import ROOT, START, failing

STREAMLIT = (sys.executable, "-m", "streamlit", "run", str(ROOT / "ui" / "app.py"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port somebody else listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock.getsockname()[1]


@pytest.fixture(params=[START, STREAMLIT], ids=["python -m ui", "streamlit run"])
def command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return request.param  # type: ignore[no-any-return]


def complaint(result: tuple[int, str, str]) -> str:
    """The one line on standard error, after checking that this is all there is."""
    code, out, errors = result
    assert code == 2, (out, errors)
    assert out == ""
    assert errors.count("\n") == 1, errors
    assert errors.startswith("Parley: ")
    return errors


def test_a_host_port_in_use(data: Path, taken: int, command: tuple[str, ...]) -> None:
    said = complaint(failing(data, command, HOST_PORT=str(taken)))
    assert f"Port {taken} at 127.0.0.1 is in use" in said
    assert "HOST_PORT" in said


def test_a_guest_port_in_use(data: Path, taken: int) -> None:
    assert "GUEST_PORT" in complaint(failing(data, GUEST_PORT=str(taken)))


def test_both_doors_at_one_port(data: Path, taken: int) -> None:
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = str(free.getsockname()[1])
    free.close()
    assert "GUEST_PORT" in complaint(failing(data, HOST_PORT=port, GUEST_PORT=port))


def test_an_address_of_another_machine(data: Path) -> None:
    said = complaint(failing(data, GUEST_ADDRESS="192.0.2.77"))
    assert "GUEST_ADDRESS=192.0.2.77" in said


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert "DATA_DIR" in complaint(failing(tmp_path / "file" / "data", command))


def test_a_database_that_does_not_answer(data: Path, command: tuple[str, ...]) -> None:
    url = "postgresql://someone:s3cret@127.0.0.1:1/parley"
    said = complaint(failing(data, command, DATABASE_URL=url))
    assert "DATABASE_URL" in said
    assert "127.0.0.1:1" in said
    assert "s3cret" not in said


def test_a_database_url_that_is_none(data: Path) -> None:
    assert "DATABASE_URL" in complaint(failing(data, DATABASE_URL="the usual one"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOST_PORT", "abc"), ("GUEST_PORT", "70000"), ("PUBLIC_URL", "talk.example"),
     ("LOG_LEVEL", "LOUD")],
)  # fmt: skip
def test_a_setting_that_makes_no_sense(data: Path, name: str, value: str) -> None:
    assert name in complaint(failing(data, **{name: value}))


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "parley.lan"])
def test_the_host_page_for_others_without_a_password(data: Path, address: str) -> None:
    said = complaint(failing(data, HOST_ADDRESS=address))
    assert "HOST_PASSWORD" in said
    assert not data.exists(), "refused before anything was done"


def test_a_password_for_others_is_asked_for_under_streamlit_too(data: Path) -> None:
    command = (*STREAMLIT, "--server.address", "0.0.0.0")
    assert "HOST_PASSWORD" in complaint(failing(data, command))


def test_something_unexpected_is_one_line_and_a_traceback_in_the_log(
    data: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "psycopg_pool.py").write_text("raise RuntimeError('out of cheese')")
    code, out, errors = failing(data, PYTHONPATH=str(broken))
    assert code == 1
    assert out.split() in ([], ["Creating", "the", "database…"])
    assert "out of cheese" in errors
    assert str(data / "parley.log") in errors
    assert "Traceback" not in errors
    assert "Traceback" in (data / "parley.log").read_text(encoding="utf-8")
