"""The API of the AI: settings, providers, models; and that no key comes out of it."""

import httpx
import pytest

from tests.misbehaving_server import Answer, MisbehavingServer, refusal

KEY = "gsk-a-key-nobody-may-see-0123456789"


async def test_settings_are_told_with_where_they_come_from(client):
    said = (await client.get("/settings/ai")).json()["settings"]
    assert said["ai_model"] == {"value": "gpt-4o-mini", "origin": "environment"}
    assert said["ai_temperature"] == {"value": None, "origin": "default"}
    assert "database_url" not in said


async def test_what_is_set_holds_at_once_and_a_key_is_never_told(client):
    changes = {"groq_api_key": KEY, "ai_temperature": 0.3}
    answer = await client.post("/settings/ai", json=changes)
    said = answer.json()["settings"]
    assert said["groq_api_key"] == {"value": "…6789", "origin": "page"}
    assert said["ai_temperature"] == {"value": 0.3, "origin": "page"}
    for path in ("/settings/ai", "/providers", "/providers/groq/models"):
        assert KEY not in (await client.get(path)).text
    answer = await client.post("/settings/ai", json={"groq_api_key": None})
    assert answer.json()["settings"]["groq_api_key"] == {"value": None, "origin": "default"}


@pytest.mark.parametrize(
    "changes",
    [{"ai_temperature": 9}, {"database_url": "x"}, {"groq_base_url": KEY}, {"no": 1},
     {"ai_provider": "nobody"}, {"ai_fallbacks": "nobody:x"}],
)  # fmt: skip
async def test_what_does_not_fit_is_refused_whole_and_not_repeated(client, changes):
    answer = await client.post("/settings/ai", json={"ai_model": "gpt-4o"} | changes)
    assert answer.status_code == 422
    assert next(iter(changes)) in answer.json()["message"]
    assert KEY not in answer.text
    said = (await client.get("/settings/ai")).json()["settings"]
    assert said["ai_model"]["value"] == "gpt-4o-mini"


async def test_providers_and_their_models(client):
    known = {one["name"]: one for one in (await client.get("/providers")).json()}
    assert known["openai"]["configured"] and known["openai"]["default"]
    assert not known["anthropic"]["configured"]
    assert known["anthropic"]["key_page"]
    listed = (await client.get("/providers/openai/models")).json()
    assert listed["ok"] and listed["models"]
    assert (await client.get("/providers/nobody/models")).status_code == 404


async def test_a_provider_that_refuses_offers_the_usual_models(client):
    async with MisbehavingServer(refusal(401, f"{KEY} is wrong", "invalid_api_key")) as server:
        await client.post("/settings/ai", json={"groq_api_key": KEY, "groq_base_url": server.url})
        said = (await client.get("/providers/groq/models")).json()
    assert not said["ok"] and said["error_code"] == "bad_key"
    assert said["message"].startswith("Invalid key")
    assert "llama-3.3-70b-versatile" in [model["id"] for model in said["models"]]
    assert KEY not in str(said)


async def test_models_are_asked_once_unless_anew(client):
    said = b'{"data": [{"id": "b", "created": 1}, {"id": "a", "created": 2}]}'
    listing = Answer(said, headers={"content-type": "application/json"})
    async with MisbehavingServer(listing) as server:
        await client.post("/settings/ai", json={"custom_base_url": server.url})
        for query in ("", "", "?refresh=true"):
            said = (await client.get(f"/providers/custom/models{query}")).json()
            assert [model["id"] for model in said["models"]] == ["a", "b"]
        assert len(server.requests) == 2


async def test_a_guest_reaches_none_of_it(door):
    async with httpx.AsyncClient(base_url=f"http://{door}") as http:
        for path in ("/settings/ai", "/api/settings/ai", "/providers", "/api/providers"):
            assert (await http.get(path)).status_code == 404
