"""The API against a real database, a real scorecard and real sound."""

import sqlite3

import pytest

from qa.api import create_app
from qa.audio import PLAYBACK_TYPE
from qa.store import Store, open_store

V1 = "/api/v1"
ITEM = f"{V1}/conversations/refund/assessments/front-desk/items/anything_else/override"


def get(client, path, **params):
    answer = client.get(V1 + path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def assessment(client):
    (found,) = get(client, "/conversations/refund/assessments")["items"]
    return found


# --- reading ---------------------------------------------------------------------------


def test_conversations_come_newest_first_with_their_scores(client):
    items = get(client, "/conversations")["items"]
    assert [i["id"] for i in items] == [
        "fresh", "broken", "voicemail", "order-chat", "quarrel", "refund",
    ]  # fmt: skip
    refund = items[-1]["scores"][0]
    assert refund["failed"] == ["sorry", "anything_else"]
    assert refund["total"] == 40.0


def test_a_missed_bonus_is_no_failed_item(client):
    verdicts = {f["item"]: f["verdict"] for f in assessment(client)["assessment"]["findings"]}
    assert verdicts["thanks"] == "fail"
    (line,) = get(client, "/conversations/refund")["summary"]["scores"]
    assert "thanks" not in line["failed"]


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"channel": "chat"}, ["order-chat"]),
        ({"state": "failed"}, ["broken"]),
        ({"status": "critical_suspected"}, ["quarrel"]),
        ({"triage": "voicemail"}, ["voicemail"]),
        ({"agent": "Dana", "failed_item": "greeting"}, []),
        ({"agent": "Dana", "channel": "call", "max_score": 50}, ["refund"]),
        ({"since": "2026-03-05"}, ["fresh", "broken"]),
        ({"until": "2026-03-01"}, ["refund"]),
        ({"until": "2026-03-01T09:30:00Z"}, []),
        ({"needs_review": True}, ["quarrel"]),
    ],
)
def test_a_list_is_narrowed_by_conditions_that_must_all_hold(client, params, ids):
    assert [i["id"] for i in get(client, "/conversations", **params)["items"]] == ids


def test_pages_follow_one_another_without_gap_or_repetition(client):
    seen, after = [], None
    for _ in range(10):
        page = get(client, "/conversations", limit=2, **({"after": after} if after else {}))
        seen += [i["id"] for i in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_one_conversation_is_found_by_its_id_the_beginning_or_the_user_s_own_id(client):
    for name in ("refund", "refu", "T-1"):
        assert get(client, f"/conversations/{name}")["summary"]["id"] == "refund"


def test_a_conversation_holds_only_what_was_redacted(client):
    found = get(client, "/conversations/refund")
    texts = [t["text"] for t in found["conversation"]["turns"]]
    assert "It is [CARD_NUMBER] and the name is on it." in texts
    assert found["audio"] == "/api/v1/conversations/refund/audio"
    assert [p["stage"] for p in found["provenance"]] == ["listen"]


def test_what_was_not_heard_yet_has_no_transcript_and_says_where_it_stands(client):
    found = get(client, "/conversations/fresh")
    assert (found["conversation"], found["summary"]["state"]) == (None, "waiting")


def test_every_verdict_has_its_evidence_and_absence_its_window_and_nearest_miss(client):
    by_item = {f["item"]: f for f in assessment(client)["assessment"]["findings"]}
    greeting = by_item["greeting"]["evidence"][0]
    assert (greeting["kind"], greeting["quote"]) == ("hit", "Good morning")
    kinds = [e["kind"] for e in by_item["anything_else"]["evidence"]]
    assert kinds == ["window", "near_miss"]


def test_seconds_and_scores_are_rounded_to_three_decimals_when_written(client):
    def numbers(value):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return [n for v in value for n in numbers(v)]
        return [value] if isinstance(value, float) else []

    found = numbers(assessment(client)) + numbers(get(client, "/conversations/refund"))
    assert found
    assert all(n == round(n, 3) for n in found)


def test_counts_say_where_everything_stands(client):
    counts = get(client, "/counts")["counts"]
    assert counts["total"] == 6
    assert counts["states"] == {"done": 3, "failed": 1, "triaged": 1, "waiting": 1}
    assert counts["triaged"] == {"voicemail": 1}


def test_scorecards_are_listed_with_what_they_ask(client):
    ids = [c["ref"]["id"] for c in get(client, "/scorecards")["items"]]
    assert "front-desk" in ids
    card = get(client, "/scorecards/front-desk")
    assert card["title"] == "Front desk"
    items = {i["id"]: i for s in card["sections"] for i in s["items"]}
    assert items["no_insult"]["critical"] == "whole"
    assert items["no_insult"]["kind"] == "deducts"


def test_health_says_that_it_lives_and_readiness_that_the_database_answers(client):
    assert get(client, "/health")["status"] == "ok"
    assert get(client, "/ready")["status"] == "ready"


def _gone(file):
    file.unlink()


def _no_file(file):
    file.unlink()
    file.mkdir()


def _damaged(file):
    file.write_bytes(b"no database" * 1000)


def _too_new(file):
    with sqlite3.connect(file) as db:
        db.execute("UPDATE alembic_version SET version_num = 'm9999'")


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (_gone, "is not set up yet"),
        (_no_file, "does not answer or is busy"),
        (_damaged, "is none, or a damaged one"),
        (_too_new, "was made by a newer program"),
    ],
)
def test_without_its_database_it_lives_and_is_not_ready_and_says_not_where_it_was(
    client, settings, harm, reason
):
    client.app.state.store._engine.dispose()
    for beside in settings.data.glob("qa.db-*"):
        beside.unlink()
    harm(settings.data / "qa.db")
    assert get(client, "/health")["status"] == "ok"
    answer = client.get(f"{V1}/ready")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith(f"The database {reason}")
    assert answer.json()["mend"]
    for told in (answer.text, client.get(f"{V1}/conversations").text):
        assert "qa.db" not in told
        assert "sqlite" not in told


# --- hearing -----------------------------------------------------------------------------

AUDIO = f"{V1}/conversations/refund/audio"


def test_the_whole_recording_is_sent_as_what_it_is(client):
    answer = client.get(AUDIO)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == PLAYBACK_TYPE
    assert answer.headers["accept-ranges"] == "bytes"
    assert int(answer.headers["content-length"]) == len(answer.content) > 10_000


def test_a_part_of_the_recording_is_exactly_that_part(client):
    whole = client.get(AUDIO).content
    part = client.get(AUDIO, headers={"range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert part.content == whole[100:200]
    tail = client.get(AUDIO, headers={"range": "bytes=-10"})
    assert (tail.status_code, tail.content) == (206, whole[-10:])


def test_a_part_beyond_the_end_is_refused(client):
    answer = client.get(AUDIO, headers={"range": "bytes=99999999-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")


def test_a_chat_has_nothing_to_hear_and_says_so(client):
    answer = client.get(f"{V1}/conversations/order-chat/audio")
    assert answer.status_code == 404
    assert answer.json()["mend"]


# --- deciding ----------------------------------------------------------------------------


def test_a_human_s_verdict_moves_the_total_and_the_machine_s_stays(client):
    before = assessment(client)
    answer = client.put(ITEM, json={"verdict": "pass", "comment": "In other words."})
    assert answer.status_code == 200, answer.text
    after = answer.json()["assessment"]
    assert before["score"]["total"] == after["assessment"]["score"]["total"] == 40.0
    assert after["score"]["total"] == 60.0
    machine = {f["item"]: f["verdict"] for f in after["assessment"]["findings"]}
    assert machine["anything_else"] == "fail"
    assert [(e["action"], e["verdict"]) for e in after["history"]] == [
        ("scored", "fail"),
        ("override", "pass"),
    ]
    assert after["overrides"][0]["comment"] == "In other words."
    assert assessment(client)["score"] == after["score"]


def test_the_same_verdict_twice_is_one(client):
    for _ in range(2):
        answer = client.put(ITEM, json={"verdict": "partial", "value": 0.5})
    assert len(answer.json()["assessment"]["history"]) == 2


def test_a_verdict_is_taken_back_and_history_keeps_it(client):
    client.put(ITEM, json={"verdict": "pass"})
    answer = client.delete(ITEM)
    assert answer.status_code == 200
    after = answer.json()["assessment"]
    assert (after["score"]["total"], after["overrides"]) == (40.0, [])
    assert [e["action"] for e in after["history"]] == ["scored", "override", "undo"]
    assert client.delete(ITEM).status_code == 404


def test_confirming_a_suspected_critical_makes_the_total_zero(client):
    path = f"{V1}/conversations/quarrel/assessments/front-desk/items/no_insult/override"
    score = client.put(path, json={"verdict": "fail"}).json()["assessment"]["score"]
    assert (score["status"], score["total"], score["passed"]) == ("critical_confirmed", 0.0, False)
    assert score["raw"] > 0


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"verdict": "perhaps"}, "verdict"),
        ({"verdict": "partial"}, "value"),
        ({"verdict": "review"}, "review"),
        ({"verdict": "pass", "colour": "green"}, "colour"),
        ({"verdict": "pass", "comment": "x" * 2001}, "comment"),
    ],
)
def test_a_verdict_that_cannot_be_used_is_refused_and_nothing_changes(client, body, word):
    answer = client.put(ITEM, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert word in answer.json()["detail"]
    assert assessment(client)["overrides"] == []


def test_an_unknown_item_is_answered_with_those_that_there_are(client):
    answer = client.put(ITEM.replace("anything_else", "anything_els"), json={"verdict": "pass"})
    assert answer.status_code == 422
    assert "Did you mean 'anything_else'" in answer.json()["mend"]


def test_swapped_roles_wait_to_be_scored_again(client):
    answer = client.post(f"{V1}/conversations/refund/roles/swap")
    assert answer.status_code == 202, answer.text
    assert answer.json()["scorecards"] == ["front-desk"]
    found = get(client, "/conversations/refund")
    assert found["summary"]["state"] == "waiting"
    assert found["summary"]["needs"] == "judge"
    first = found["conversation"]["turns"][0]
    assert (first["role"], first["text"]) == ("customer", "Good morning, Acme Bank, Dana speaking.")


def test_scoring_again_is_accepted_and_waits_for_a_worker(client):
    answer = client.post(f"{V1}/conversations/refund/score", json={"scorecards": ["front-desk"]})
    assert answer.status_code == 202
    assert answer.json()["status"] == "/api/v1/conversations/refund"
    assert get(client, "/conversations/refund")["summary"]["wanted"] == ["front-desk"]


def test_scoring_by_an_unknown_card_names_those_that_there_are(client):
    answer = client.post(f"{V1}/conversations/refund/score", json={"scorecards": ["front-desc"]})
    assert answer.status_code == 422
    assert "front-desk" in answer.json()["mend"]


# --- errors ------------------------------------------------------------------------------


def test_errors_are_problems_with_a_reason_and_a_mend(client):
    answer = client.get(f"{V1}/conversations/nobody")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 404
    assert problem["type"] == "urn:qa:problem:not-found"
    assert "nobody" in problem["detail"]
    assert "qa list" in problem["mend"]


def test_a_filter_nobody_knows_is_an_error_not_ignored(client):
    answer = client.get(f"{V1}/conversations", params={"colour": "green"})
    assert answer.status_code == 422
    assert "colour" in answer.json()["detail"]


def test_an_unforeseen_error_says_nothing_of_what_it_holds(client, monkeypatch, caplog, capsys):
    def broken(*_, **__):
        raise RuntimeError("my card is 4111 1111 1111 1111")

    monkeypatch.setattr(Store, "counts", broken)
    answer = client.get(f"{V1}/counts")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.text + caplog.text + "".join(capsys.readouterr())
    assert "4111" not in told
    assert "RuntimeError" in caplog.text


# --- strangers ---------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::2]"])
def test_the_server_answers_only_under_this_machine_s_names(client, host):
    assert client.get(f"{V1}/health", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8321", "localhost", "[::1]:8321"])
def test_this_machine_s_names_are_known_with_any_port(client, host):
    assert client.get(f"{V1}/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1"}, 200),
        ({"origin": "http://127.0.0.1"}, 200),
        ({}, 200),
    ],
)
def test_other_sites_cannot_change_anything(client, headers, status):
    assert client.put(ITEM, json={"verdict": "pass"}, headers=headers).status_code == status
    assert len(assessment(client)["overrides"]) == (status == 200)


@pytest.mark.parametrize("path", ["/", "/conversations/refund", f"{V1}/counts", "/static/icon.svg"])
def test_every_answer_keeps_foreign_scripts_and_frames_out(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_style_of_one_answer_is_of_no_use_in_another(client):
    first, second = (client.get("/").headers["content-security-policy"] for _ in range(2))
    assert first != second


def test_a_call_is_drawn_by_its_sides(client):
    found = client.get(f"{V1}/conversations/refund/peaks", params={"points": 100}).json()
    assert 0 < len(found["agents"]) == len(found["others"]) <= 100
    each = 1 / found["per_second"]
    loud = [max(found[side][int(1.5 / each) : int(4 / each)]) for side in ("agents", "others")]
    assert loud[0] > 0 == loud[1]  # it is the agent who speaks
    assert found["talk"][0][0] == 1.0


def test_a_call_that_was_heard_before_peaks_were_kept_is_drawn_when_asked(client, settings):
    asked = f"{V1}/conversations/refund/peaks"
    kept = client.get(asked).json()
    with open_store(settings) as store:
        assert store.vault.drop("peaks", "refund")
    made = client.get(asked).json()
    assert len(made["agents"]) == pytest.approx(len(kept["agents"]), abs=5)
    assert max(made["agents"]) == pytest.approx(max(kept["agents"]), abs=20)


def test_a_chat_cannot_be_drawn(client):
    assert client.get(f"{V1}/conversations/order-chat/peaks").status_code == 404


def test_long_answers_are_compressed_and_sound_is_not(client):
    headers = {"accept-encoding": "gzip"}
    assert client.get("/", headers=headers).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get(AUDIO, headers=headers).headers


def test_what_people_said_is_not_kept_by_browsers(client):
    assert client.get(f"{V1}/conversations/refund").headers["cache-control"] == "no-store"


def test_a_body_beyond_any_verdict_is_refused(client):
    answer = client.put(ITEM, content=b"x" * 2_000_000, headers={"content-type": "text/plain"})
    assert answer.status_code in {413, 422}


# --- its description ---------------------------------------------------------------------


def test_the_description_names_every_route_with_its_answer(client):
    described = get(client, "/openapi.json")
    assert f"{V1}/conversations/{{id}}/audio" in described["paths"]
    for path, verbs in described["paths"].items():
        for verb, what in verbs.items():
            assert what["summary"], (path, verb)
            for code in ("404", "422"):
                content = what["responses"][code]["content"]
                assert list(content) == ["application/problem+json"], (path, verb)
    page = described["components"]["schemas"]["ConversationPage"]
    assert set(page["properties"]) == {"items", "next"}


def test_the_examples_of_the_description_are_taken(client):
    schemas = get(client, "/openapi.json")["components"]["schemas"]
    (example,) = schemas["OverrideIn"]["examples"]
    assert client.put(ITEM, json=example).status_code == 200
    (example,) = schemas["ScoreIn"]["examples"]
    assert client.post(f"{V1}/conversations/refund/score", json=example).status_code == 202


def test_a_database_that_is_too_new_stops_the_server_before_it_starts(settings):
    from qa.errors import DatabaseTooNew

    with sqlite3.connect(settings.data / "qa.db") as db:
        db.execute("UPDATE alembic_version SET version_num = 'm9999'")
    with pytest.raises(DatabaseTooNew):
        create_app(settings)


def test_the_server_needs_no_other_machine():
    """No address of another machine stands in what browsers load."""
    from qa.api.templating import HERE

    inside = [*(HERE / "static").rglob("*"), *(HERE / "templates").rglob("*")]
    files = [f for f in inside if f.suffix in {".html", ".css", ".js", ".svg"}]
    assert len(files) >= 6
    for file in files:
        # What the World Wide Web Consortium names is a name: nobody asks there.
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert "http://" not in text, file.name
        assert "https://" not in text, file.name


def test_where_the_work_stands_is_told_to_people_and_to_prometheus(client):
    told = client.get("/api/v1/status").json()
    answer = client.get("/api/v1/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    gauges = dict(
        line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")
    )
    for queue in told["queues"]:
        assert float(gauges[f'qa_waiting{{load="{queue["load"]}"}}']) == queue["waiting"]
    assert float(gauges["qa_failed"]) == told["failed_count"]
