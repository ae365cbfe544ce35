"""The process the built-in model lives in: run as a script, it serves one GGUF file on loopback.

In: one line of JSON on standard input (see `Plan` in `builtin_server`). Out: one line of JSON
with the address and the tokens of one conversation's window. Then it serves until standard
input closes, as it does when the process that started it ends in whatever way.

It is a process of its own because loading a model holds Python's lock until it is done, and
because a failed assertion in llama.cpp ends the whole process it happens in.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.request import Request, urlopen

import xllamacpp

_BATCH = 128
"""Tokens of a question read at a stretch (0.6 s on two slow cores), between which the model
hears that it should stop and goes on with its other replies."""


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    server = xllamacpp.Server(_params(plan))
    address = server.listening_address
    print(json.dumps({"address": address, "window": _window(address, plan["key"])}), flush=True)  # noqa: T201 - the answer to the parent
    sys.stdin.read()
    os._exit(0)  # whatever is still being written, nobody listens any more


def _params(plan: dict[str, Any]) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = plan["model"]
    params.n_ctx = plan["window"] * plan["slots"]
    params.n_parallel = plan["slots"]
    params.cpuparams.n_threads = plan["threads"]
    params.cpuparams_batch.n_threads = plan["threads"]
    params.n_threads_http = plan["connections"]
    params.api_keys = [plan["key"]]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.cors_origins = ""
    params.ui = False
    params.n_batch = params.n_ubatch = _BATCH
    params.cache_ram_mib = 0  # else finished conversations pile up to 8 GB
    params.n_cache_reuse = 32  # so that dropping the oldest turns does not mean starting over
    params.fit_params = False  # probes memory by loading twice
    params.warmup = False
    params.verbosity = 1
    return params


def _window(address: str, key: str) -> int:
    request = Request(f"{address}/props", headers={"Authorization": f"Bearer {key}"})  # noqa: S310 - our own server
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        return int(json.load(answer)["default_generation_settings"]["n_ctx"])


if __name__ == "__main__":
    main()
