"""The REST API of the work in the background: what is done by itself, and to have it done now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from core.background import Run, TaskState
from ui.api.dependencies import Core, User
from ui.api.schemas import Answer, ErrorBody, errors

router = APIRouter(prefix="/tasks", tags=["tasks"])

Name = Annotated[str, Path(max_length=100)]


class FailureBody(Answer):
    """What was not done, and why."""

    conversation_id: UUID | None = Field(description="null: the task as a whole")
    title: str | None
    error: ErrorBody
    finished_at: datetime | None
    retry_at: datetime | None = Field(description="when it is tried again by itself")

    @classmethod
    def of(cls, run: Run) -> FailureBody:
        """From the core's."""
        return cls(
            conversation_id=run.conversation_id, title=run.title, finished_at=run.finished_at,
            retry_at=run.retry_at,
            error=ErrorBody(code=run.error_code or "error", message=run.error or ""),
        )  # fmt: skip


class TaskBody(Answer):
    """A task: what it is for, when it ran and runs, what failed."""

    name: str
    label: str
    about: str
    cron: str = Field(description="when it runs, in UTC")
    running: bool
    last_run: datetime | None
    next_run: datetime
    done: int = Field(description="how many things the last run did")
    done_today: int = Field(description="for how many conversations in the last 24 hours")
    failures: list[FailureBody]

    @classmethod
    def of(cls, state: TaskState) -> TaskBody:
        """From the core's."""
        task = state.task
        return cls(
            name=task.name, label=task.label, about=task.about, cron=task.cron,
            running=state.running, last_run=state.last, next_run=state.next, done=state.done,
            done_today=state.today, failures=[FailureBody.of(run) for run in state.failures],
        )  # fmt: skip


class Retried(BaseModel):
    """How many failures are tried again."""

    retried: int


@router.get("", responses=errors())
async def list_tasks(core: Core, _user: User) -> list[TaskBody]:
    """Every task as it stands."""
    return [TaskBody.of(state) for state in await core.background.states()]


@router.post("/{task}/run", status_code=202, responses=errors(404))
async def run_task(core: Core, _user: User, task: Name) -> TaskBody:
    """Have a task done in the background, soon."""
    await core.background.ask(task)
    states = await core.background.states()
    return TaskBody.of(next(one for one in states if one.task.name == task))


@router.post("/{task}/retry", status_code=202, responses=errors(404))
async def retry_task(
    core: Core, user: User, task: Name, conversation_id: UUID | None = None
) -> Retried:
    """Try again what failed: for one conversation, or all of it."""
    core.background.task(task)
    if conversation_id is None:
        return Retried(retried=await core.background.retry(task))
    await core.conversations.get(user, conversation_id)
    await core.background.ask(task, conversation_id)
    return Retried(retried=1)
