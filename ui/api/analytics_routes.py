"""What was said in numbers, and every chart's numbers as CSV."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from core.exports.names import disposition
from core.intelligence.period import LONGEST
from core.intelligence.tables import Chart, table
from core.intelligence.trends import Trends
from ui.api.analytics_schemas import TrendsBody
from ui.api.dependencies import Core, User
from ui.api.schemas import Errors, errors

router = APIRouter(prefix="/analytics", tags=["analytics"])

_CSV: Errors = {
    200: {
        "description": "UTF-8 with a byte order mark, a comma between cells, numbers plain",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}


async def _asked(
    core: Core,
    user: User,
    days: Annotated[
        Annotated[int, Query(ge=1, le=LONGEST)] | Literal["all"],
        Query(description="the last days up to `to`, or all there is; not used with `from`"),
    ] = 30,
    first: Annotated[date | None, Query(alias="from", description="the first day")] = None,
    last: Annotated[date | None, Query(alias="to", description="the last; today if none")] = None,
    time_zone: Annotated[
        str, Query(description="whose days and hours, by its IANA name", examples=["Asia/Tokyo"])
    ] = "UTC",
) -> Trends:
    wanted = None if days == "all" else days
    return await core.analytics.trends(user, time_zone, wanted, first, last)


Asked = Annotated[Trends, Depends(_asked)]


@router.get("/trends", responses=errors())
async def trends(asked: Asked) -> TrendsBody:
    """All figures of a period, in days of a time zone, and the key figures of as many before."""
    return TrendsBody.model_validate(asked)


@router.get("/{chart}.csv", responses=_CSV | errors(), response_class=Response)
async def chart_csv(chart: Chart, asked: Asked) -> Response:
    """The numbers of one chart; `totals` are the key figures, `days` is every single day."""
    name = f"parley-{chart}-{asked.period.first}-{asked.period.last}.csv"
    headers: dict[str, Any] = {"Content-Disposition": disposition(name)}
    return Response(table(asked, chart).csv(), 200, headers, "text/csv; charset=utf-8")
