"""Which translation models Mozilla offers, and where their files lie.

Firefox's models are records of a Remote Settings collection, one a file, with a zstd
attachment on a CDN. https://remote-settings.readthedocs.io
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from fxtranslate import discovery

from core.errors import DownloadError

RECORDS_URL = (
    "https://firefox.settings.services.mozilla.com"
    "/v1/buckets/main/collections/translations-models-v2/records"
)
Pair = tuple[str, str]
"""Source and target, in the catalog's tags (zh-Hans where Parley says zh)."""

_FRESH_SECONDS = 3600.0
_PARTS = frozenset({"model", "lex", "vocab", "srcvocab", "trgvocab"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A compressed file of a model. `size` in bytes, 0 where the catalog does not say."""

    name: str
    part: str
    url: str
    size: int
    sha256: str | None
    unpacked_sha256: str | None


class Catalog:
    """The models that can be fetched, asked for at most once an hour."""

    def __init__(self, url: str = RECORDS_URL, *, connect_seconds: float = 5.0) -> None:
        """`url` answers with `{"data": [record, ...]}`.

        Where it is a Remote Settings server's (it holds `/v1/`), the server names the place
        of the attachments; else they lie relative to `url`, as in a plain mirror.
        """
        self._url = url
        self._connect_seconds = connect_seconds
        self._models: dict[Pair, list[Attachment]] = {}
        self._read_at = -_FRESH_SECONDS

    async def models(self) -> Mapping[Pair, list[Attachment]]:
        """The files of every model the engine can run, by pair. Raises DownloadError."""
        if time.monotonic() - self._read_at >= _FRESH_SECONDS:
            body = await self._get(self._url)
            self._models = _read(body, await self._base_url())
            self._read_at = time.monotonic()
        return self._models

    async def _base_url(self) -> str:
        root, found, _ = self._url.partition("/v1/")
        if not found:
            return self._url
        answer = await self._get(f"{root}/v1/")
        try:
            base = json.loads(answer)["capabilities"]["attachments"]["base_url"]
            return urljoin(f"{root}/v1/", str(base).rstrip("/") + "/")
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise _not_a_catalog(root) from error

    async def _get(self, url: str) -> str:
        import httpx  # noqa: PLC0415 - 90 ms that a start without a download need not spend

        timeout = httpx.Timeout(20, connect=self._connect_seconds)
        try:
            async with httpx.AsyncClient(timeout=timeout, follow_redirects=True) as client:
                response = await client.get(url)
                response.raise_for_status()
                return str(response.text)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            host = httpx.URL(self._url).host
            raise DownloadError(
                f"The list of translation models at {host} did not come."
            ) from error


def _read(body: str, base_url: str) -> dict[Pair, list[Attachment]]:
    try:
        discovery.parse_records(body)
        records = [record for record in json.loads(body)["data"] if _is_usable(record)]
    except ValueError as error:
        raise _not_a_catalog(base_url) from error
    parts: dict[Pair, dict[str, Any]] = defaultdict(dict)
    for record in records:
        chosen = parts[record["sourceLanguage"], record["targetLanguage"]]
        best = chosen.get(record["fileType"])
        if best is None or _rank(record) > _rank(best):
            chosen[record["fileType"]] = record
    return {
        pair: [_attachment(record, base_url) for record in chosen.values()]
        for pair, chosen in parts.items()
        if "model" in chosen and ("vocab" in chosen or {"srcvocab", "trgvocab"} <= chosen.keys())
    }


def _is_usable(record: object) -> bool:
    """Whether fxtranslate takes it, of a version its engine can run."""
    if not isinstance(record, dict) or record.get("fileType") not in _PARTS:
        return False
    as_model = {"data": [{**record, "fileType": "model"}]}
    return bool(discovery.model_pairs(json.dumps(as_model)))


def _rank(record: Mapping[str, Any]) -> tuple[bool, bool, list[int]]:
    """The newest wins; betas and what only some Firefoxes may have come last."""
    version = str(record.get("version", "0"))
    numbers = [int(part) if part.isdigit() else 0 for part in version.split(".")]
    is_stable = all(part.isdigit() for part in version.split("."))
    return not record.get("filter_expression"), is_stable, numbers


def _attachment(record: Mapping[str, Any], base_url: str) -> Attachment:
    attached = record["attachment"]
    return Attachment(
        name=str(record["name"]).replace("/", "_").replace("\\", "_"),
        part=record["fileType"],
        url=urljoin(base_url, attached["location"]),
        size=int(attached.get("size") or 0),
        sha256=attached.get("hash"),
        unpacked_sha256=record.get("decompressedHash"),
    )


def _not_a_catalog(place: str) -> DownloadError:
    return DownloadError(
        f"{place} does not answer like a server of translation models. "
        "Check TRANSLATION_MODELS_URL.",
    )
