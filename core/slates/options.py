"""What is to be made of a text, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core import languages
from core.text import storable
from core.translation.port import Formality

Task = Literal["translate", "rewrite", "explain", "answer", "summarise"]
Style = Literal["correct", "shorter", "clearer", "politer", "own"]
INSTRUCTION_LENGTH = 2000


def _known(code: str) -> str:
    known = languages.match(code)
    if known is None:
        raise ValueError(f"Parley does not know the language {code!r}")
    return known


Code = Annotated[str, Field(max_length=35), AfterValidator(_known)]
Instruction = Annotated[str, Field(max_length=INSTRUCTION_LENGTH), AfterValidator(storable)]


class Options(BaseModel):
    """A task and how to do it; what belongs to another task is kept for when it is chosen."""

    model_config = ConfigDict(frozen=True)

    task: Task = "translate"
    source: Code | None = Field(None, description="language of the text; null: as detected")
    target: Code = Field("en", description="language to translate into")
    formality: Formality | None = None
    keep_formatting: bool = Field(True, description="false: the result is plain text")
    style: Style = Field("clearer", description="how to rewrite; `own`: as `instruction` says")
    instruction: Instruction = Field("", description="what else to heed, in the person's words")
    reply_in: Code | None = Field(
        None, description="language of an explanation, answer or summary; null: that of the text"
    )

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Options:
        """From the database; what another version of Parley kept and this one cannot read is
        left at its default."""
        try:
            return cls.model_validate(kept)
        except ValidationError as error:
            wrong = {fault["loc"][0] for fault in error.errors()}
            return cls.model_validate({k: v for k, v in kept.items() if k not in wrong})

    def deciding(self) -> dict[str, Any]:
        """Those that decide what is made of a text, and no others."""
        common = {"task", "source", "keep_formatting"}
        own = {
            "translate": {"target", "formality"},
            "rewrite": {"style", "instruction"},
        }.get(self.task, {"reply_in", "instruction"})
        return self.model_dump(include=common | own)
