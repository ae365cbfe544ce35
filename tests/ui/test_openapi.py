"""The API against its own OpenAPI document, with whatever a client may send."""

import asyncio

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.ui.serving import serving
from ui.api.rest import rest_api


async def test_the_api_keeps_what_its_document_promises(app, models):
    api = rest_api()
    api.state.core = app
    async with serving(api) as address:
        await asyncio.to_thread(_try_everything, f"http://{address}")


def _try_everything(address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    for operation in schema.get_all_operations():

        @settings(
            max_examples=15, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @_given(operation.ok())
        def calls(case):
            response = case.call(base_url=address)
            assert response.status_code < 500 or response.status_code in (502, 503)
            # A blank message or an unknown language fits the schema and is refused all the same;
            # a provider that does not do what is asked of it is a 502.
            excluded = [positive_data_acceptance, not_a_server_error]
            case.validate_response(response, excluded_checks=excluded)

        calls()


def _given(operation):
    def decorate(function):
        import hypothesis

        return hypothesis.given(case=operation.as_strategy())(function)

    return decorate
