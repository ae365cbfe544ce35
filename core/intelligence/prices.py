"""What models cost: read from `prices.toml`, or from the file the person names instead."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import ConfigurationError

OWN = Path(__file__).with_suffix(".toml")
_MILLION = 1_000_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Price(_Strict):
    """Of a million tokens of the models of a provider that match a pattern."""

    provider: str
    model: str = Field(description="* stands for anything")
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount, in the unit of a currency."""

    amount: float
    currency: str


class Prices(_Strict):
    """All prices, and as of when."""

    as_of: date
    currency: str = "USD"
    free: list[str] = []
    prices: list[Price] = []

    def cost(self, provider: str | None, model: str | None, asked: int, said: int) -> Cost | None:
        """Of so many tokens in and out; None where nobody knows the price."""
        if provider in self.free:
            return Cost(0.0, self.currency)
        price = next((one for one in self.prices if _fits(one, provider, model)), None)
        if price is None:
            return None
        amount = (asked * price.input + said * price.output) / _MILLION
        return Cost(amount, price.currency or self.currency)


def _fits(price: Price, provider: str | None, model: str | None) -> bool:
    return price.provider == provider and fnmatchcase(model or "", price.model)


def read_prices(file: Path | None = None) -> Prices:
    """The prices as they are in the file now; Parley's own where none is named.

    Raises ConfigurationError that says what to correct.
    """
    path = file or OWN
    try:
        return Prices.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigurationError(
            f"The prices in {path} cannot be read ({error.strerror}). Correct PRICES_FILE."
        ) from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {place}: {first['msg']}. Correct it there.") from None
    except ValueError as error:
        raise ConfigurationError(f"{path} is no TOML file ({error}). Correct it there.") from error


def total(costs: Iterable[Cost | None]) -> list[Cost]:
    """One sum a currency, the largest first; those that are unknown are left out."""
    sums: dict[str, float] = {}
    for cost in costs:
        if cost:
            sums[cost.currency] = sums.get(cost.currency, 0.0) + cost.amount
    return [Cost(sums[one], one) for one in sorted(sums, key=lambda one: -sums[one])]
