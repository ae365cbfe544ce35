"""What is known of well-known models without asking anybody, as data.

A row holds the start of a model's id and its context window in tokens; the longest start
that fits wins. A vendor before a slash ("meta-llama/llama-3.3-70b") is not part of the id.
Windows are those the makers publish, the smaller one where variants of a family differ.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.providers.port import ModelInfo

CONTEXT_WINDOWS: dict[str, int] = {
    # OpenAI
    "gpt-6": 400_000,
    "gpt-5": 400_000,
    "gpt-5-chat": 128_000,
    "gpt-4.1": 1_047_576,
    "gpt-4o": 128_000,
    "chatgpt-4o": 128_000,
    "gpt-4-turbo": 128_000,
    "gpt-4-1106": 128_000,
    "gpt-4-0125": 128_000,
    "gpt-4-32k": 32_768,
    "gpt-4": 8_192,
    "gpt-3.5-turbo": 16_385,
    "gpt-oss": 131_072,
    "o1": 200_000,
    "o1-mini": 128_000,
    "o1-preview": 128_000,
    "o3": 200_000,
    "o4": 200_000,
    # Anthropic
    "claude": 200_000,
    # Google
    "gemini": 1_048_576,
    "gemini-1.0": 32_760,
    "gemma-2": 8_192,
    "gemma2": 8_192,
    "gemma-3": 131_072,
    "gemma3": 131_072,
    "gemma-3-1b": 32_768,
    "gemma3:1b": 32_768,
    # Meta
    "llama3": 8_192,
    "llama-3": 8_192,
    "llama3.1": 131_072,
    "llama-3.1": 131_072,
    "llama3.2": 131_072,
    "llama-3.2": 131_072,
    "llama3.3": 131_072,
    "llama-3.3": 131_072,
    "llama-4": 131_072,
    "llama4": 131_072,
    # Mistral
    "mistral": 32_768,
    "mistral-large": 131_072,
    "mistral-medium": 131_072,
    "mistral-small": 32_768,
    "mistral-nemo": 131_072,
    "ministral": 131_072,
    "mixtral": 32_768,
    # Others
    "qwen2.5": 32_768,
    "qwen3": 32_768,
    "deepseek": 65_536,
    "phi-3": 4_096,
    "phi3": 4_096,
    "phi-4": 16_384,
    "phi4": 16_384,
    "command-r": 128_000,
    "grok": 131_072,
    "kimi-k2": 131_072,
    "glm-4": 32_768,
    "smollm2": 8_192,
}

_NOT_FOR_CHAT = (
    "aqa",
    "audio",
    "babbage",
    "bge-",
    "dall-e",
    "davinci",
    "deep-research",
    "embed",
    "gpt-3.5-turbo-instruct",
    "guard",
    "gte-",
    "image",
    "imagen",
    "learnlm",
    "lyria",
    "minilm",
    "moderation",
    "realtime",
    "rerank",
    "sora",
    "speech",
    "transcribe",
    "tts",
    "veo",
    "whisper",
)


_WINDOW_FIELDS = (
    "context_window", "context_length", "max_model_len", "max_context_length", "max_input_tokens"
)  # fmt: skip


def described(said: dict[str, Any]) -> ModelInfo:
    """What a server's list says of a model; servers name window and age differently, or not."""
    name = str(said.get("id") or said.get("name") or "").removeprefix("models/")
    meta = said.get("meta") or {}
    stated = [said.get(field) for field in _WINDOW_FIELDS]
    stated += [meta.get("n_ctx"), meta.get("n_ctx_train")]
    window = next((w for w in stated if isinstance(w, int) and w > 0), None)
    return ModelInfo(name, window or context_window(name), _created(said))


def _created(said: dict[str, Any]) -> int:
    """Unix seconds; a Unix number or an ISO date, under one of two names."""
    moment = said.get("created") or said.get("created_at") or 0
    if isinstance(moment, int | float):
        return int(moment)
    try:
        return int(datetime.fromisoformat(str(moment)).timestamp())
    except ValueError:
        return 0


def context_window(model: str) -> int | None:
    """Tokens that fit `model`, None where its family is not known."""
    name = _bare(model)
    known = [start for start in CONTEXT_WINDOWS if name.startswith(start)]
    return CONTEXT_WINDOWS[max(known, key=len)] if known else None


def is_for_chat(model: str) -> bool:
    """Whether `model` is one to talk to, not one for embeddings, pictures or speech."""
    name = _bare(model)
    return not any(part in name for part in _NOT_FOR_CHAT)


def _bare(model: str) -> str:
    return model.lower().rpartition("/")[2]
