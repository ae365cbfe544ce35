"""The libraries of others that the live views use: those that the README beside them names."""

import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "ui" / "live" / "vendor"
README = (FOLDER / "README.md").read_text("utf-8")


def sha256(*files):
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def test_they_are_what_was_published():
    named = dict(re.findall(r"^\| `(\S+\.(?:js|css))` \| `(\w{64})` \|$", README, re.MULTILINE))
    there = [file for file in FOLDER.rglob("*") if file.suffix in (".js", ".css")]
    assert {file.relative_to(FOLDER).as_posix(): sha256(file) for file in there} == named
    assert sha256(*sorted((FOLDER / "katex" / "fonts").iterdir())) in README


def test_each_comes_with_its_licence():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert set(re.findall(r"\((\w+)/LICENSE\)", README)) == folders
    assert all((FOLDER / name / "LICENSE").is_file() for name in folders)
