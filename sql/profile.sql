-- name: insights
-- Each with the sums of what speaks for and against it. A piece of evidence is a conversation on a
-- day, at its strongest message, faded by half every so many days; repetition adds a little.
-- Summed up before it is joined: without statistics the planner would sum once an insight.
WITH pieces AS MATERIALIZED (
    SELECT e.insight_id, e.conversation_id, e.weight > 0 AS speaks_for, count(*) AS n,
           max(e.seen_at) AS seen_at,
           max(abs(e.weight)) * (1 + 0.1 * (least(count(*), 6) - 1)) AS strength
    FROM profile_evidence e
    JOIN conversations c ON c.id = e.conversation_id AND c.deleted_at IS NULL
    GROUP BY e.insight_id, e.conversation_id, speaks_for, (e.seen_at AT TIME ZONE 'UTC')::date
), halves AS MATERIALIZED (
    SELECT i.id, h.days FROM profile_insights i
    JOIN unnest(%(kinds)s::text[], %(days)s::float8[]) AS h (kind, days) ON h.kind = i.kind
), sums AS MATERIALIZED (
    SELECT p.insight_id, sum(f.counts) FILTER (WHERE p.speaks_for) AS support,
           sum(f.counts) FILTER (WHERE NOT p.speaks_for) AS against, sum(p.n) AS evidence,
           count(DISTINCT p.conversation_id) AS conversations, max(p.seen_at) AS seen_at
    FROM pieces p JOIN halves h ON h.id = p.insight_id
    CROSS JOIN LATERAL (SELECT strength * power(0.5::float8, greatest(
        extract(epoch FROM %(now)s::timestamptz - p.seen_at), 0) / 86400 / h.days) AS counts) AS f
    GROUP BY p.insight_id
)
SELECT i.*, coalesce(s.support, 0)::float8 AS support, coalesce(s.against, 0)::float8 AS against,
       coalesce(s.evidence, 0)::integer AS evidence,
       coalesce(s.conversations, 0)::integer AS conversations, s.seen_at
FROM profile_insights i LEFT JOIN sums s ON s.insight_id = i.id
WHERE i.reset_at IS NULL AND i.removed_at IS NULL

-- name: evidence
SELECT e.insight_id, e.message_id, m.conversation_id, c.kind AS conversation_kind, c.title, m.role,
       m.text, e.why, e.weight, e.seen_at
FROM profile_evidence e JOIN messages m ON m.id = e.message_id
JOIN conversations c ON c.id = m.conversation_id AND c.deleted_at IS NULL
WHERE e.insight_id = %(id)s ORDER BY e.seen_at DESC, e.message_id DESC LIMIT %(limit)s

-- name: one
SELECT * FROM profile_insights WHERE id = %(id)s AND reset_at IS NULL

-- name: change
UPDATE profile_insights SET value = coalesce(%(value)s, value),
    corrected = corrected OR %(value)s::text IS NOT NULL,
    confidence = CASE WHEN %(locked)s THEN coalesce(confidence, %(confidence)s)
                      WHEN NOT %(locked)s THEN NULL ELSE confidence END,
    updated_at = now()
WHERE id = %(id)s AND removed_at IS NULL AND reset_at IS NULL RETURNING id

-- name: remove
UPDATE profile_insights SET removed_at = now(), updated_at = now()
WHERE id = %(id)s AND removed_at IS NULL AND reset_at IS NULL RETURNING id

-- name: restore
UPDATE profile_insights SET removed_at = NULL, updated_at = now()
WHERE id = %(id)s AND removed_at IS NOT NULL AND reset_at IS NULL RETURNING id

-- name: reset
-- What was removed stays removed: it was not to be learned again.
UPDATE profile_insights SET reset_at = now() WHERE reset_at IS NULL AND removed_at IS NULL
RETURNING id

-- name: forget_last_reset
DELETE FROM profile_insights WHERE reset_at IS NOT NULL

-- name: skip_everything
INSERT INTO profile_states (user_id, read_until, asked_until, skipped, skipped_before)
SELECT %(user_id)s, n.newest, n.newest, int8multirange(int8range(0, n.newest, '[]')), '{}'
FROM (SELECT coalesce(max(id), 0) AS newest FROM messages) AS n
ON CONFLICT (user_id) DO UPDATE SET
    skipped_before = profile_states.skipped, read_until = excluded.read_until,
    asked_until = excluded.asked_until, skipped = profile_states.skipped + excluded.skipped

-- name: skip_unread
-- What was said while nothing was to be learned is not learned later.
INSERT INTO profile_states (user_id, read_until, asked_until, skipped)
SELECT %(user_id)s, n.newest, n.newest, int8multirange(int8range(0, n.newest, '[]'))
FROM (SELECT coalesce(max(id), 0) AS newest FROM messages) AS n
ON CONFLICT (user_id) DO UPDATE SET
    read_until = greatest(profile_states.read_until, excluded.read_until),
    asked_until = greatest(profile_states.asked_until, excluded.asked_until),
    looked_at = now(),
    skipped = profile_states.skipped + int8multirange(int8range(
        least(profile_states.read_until, excluded.read_until), excluded.read_until, '(]'))

-- name: undo_reset
-- What has been learned anew meanwhile stays, with the evidence of both.
WITH back AS (
    UPDATE profile_insights i SET reset_at = NULL
    WHERE reset_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM profile_insights j WHERE j.user_id = i.user_id AND j.kind = i.kind
          AND j.key = i.key AND j.reset_at IS NULL)
    RETURNING i.id
), again AS (
    UPDATE profile_states SET skipped = skipped_before, skipped_before = NULL
    WHERE skipped_before IS NOT NULL
), joined AS (
    INSERT INTO profile_evidence
        (insight_id, message_id, conversation_id, user_id, why, weight, seen_at)
    SELECT j.id, e.message_id, e.conversation_id, e.user_id, e.why, e.weight, e.seen_at
    FROM profile_evidence e JOIN profile_insights i ON i.id = e.insight_id AND i.reset_at IS NOT NULL
    JOIN profile_insights j ON j.user_id = i.user_id AND j.kind = i.kind AND j.key = i.key
         AND j.reset_at IS NULL
    ON CONFLICT DO NOTHING
)
SELECT count(*)::integer AS n FROM back

-- name: set_zone
INSERT INTO profile_states (user_id, time_zone) VALUES (%(user_id)s, %(zone)s)
ON CONFLICT (user_id) DO UPDATE SET time_zone = excluded.time_zone
WHERE profile_states.time_zone <> excluded.time_zone

-- name: begin_state
INSERT INTO profile_states (user_id) VALUES (%(user_id)s) ON CONFLICT DO NOTHING

-- name: state
-- Whoever learns of somebody waits for whoever does already.
SELECT *, now() AS now FROM profile_states WHERE user_id = %(user_id)s FOR UPDATE

-- name: unread
SELECT m.* FROM own_messages m JOIN profile_states s ON s.user_id = m.user_id
WHERE m.id > %(after)s AND NOT s.skipped @> m.id ORDER BY m.id LIMIT %(limit)s

-- name: read
UPDATE profile_states SET read_until = greatest(read_until, %(until)s) WHERE user_id = %(user_id)s

-- name: looked
-- What is committed a moment late is found by looking once more.
UPDATE profile_states SET looked_at = now() - interval '1 minute', hours_in = time_zone
WHERE user_id = %(user_id)s

-- name: newest
SELECT m.* FROM own_messages m JOIN profile_states s ON s.user_id = m.user_id
WHERE NOT s.skipped @> m.id AND m.created_at > %(since)s ORDER BY m.id DESC LIMIT %(limit)s

-- name: drop_hours
DELETE FROM profile_evidence e USING profile_insights i
WHERE i.id = e.insight_id AND i.kind = 'hours'

-- name: reactions
SELECT r.message_id, r.kind, r.created_at AS seen_at, m.conversation_id, m.text
FROM reactions r JOIN messages m ON m.id = r.message_id AND m.role = 'assistant'
JOIN conversations c ON c.id = m.conversation_id AND c.deleted_at IS NULL
JOIN profile_states s ON s.user_id = r.user_id
WHERE r.created_at > %(since)s AND NOT s.skipped @> m.id

-- name: drop_stale_reactions
DELETE FROM profile_evidence e WHERE e.why = 'reaction' AND NOT EXISTS (
    SELECT FROM reactions r WHERE r.message_id = e.message_id AND r.created_at = e.seen_at)

-- name: choices
-- Replies somebody went on from, though there were others to the same question.
SELECT r.id AS message_id, r.conversation_id, length(r.text) AS chosen, next.created_at AS seen_at,
       (SELECT avg(length(o.text))::float8 FROM messages o
        WHERE o.parent_id = r.parent_id AND o.id <> r.id AND o.role = 'assistant'
          AND o.status = 'complete'
          AND NOT EXISTS (SELECT FROM messages d WHERE d.parent_id = o.id)) AS others
FROM own_messages next JOIN messages n ON n.id = next.id
JOIN messages r ON r.id = n.parent_id AND r.role = 'assistant' AND r.status = 'complete'
JOIN profile_states s ON s.user_id = next.user_id
WHERE next.id > %(after)s AND NOT s.skipped @> next.id AND EXISTS (
    SELECT FROM messages o WHERE o.parent_id = r.parent_id AND o.id <> r.id
      AND o.role = 'assistant' AND o.status = 'complete')

-- name: topics
SELECT t.conversation_id, t.topic, t.place, y.language
FROM topics t JOIN summaries y ON y.conversation_id = t.conversation_id
JOIN conversations c ON c.id = t.conversation_id AND c.deleted_at IS NULL
WHERE y.created_at > %(since)s ORDER BY t.conversation_id, t.place

-- name: said_in
SELECT m.* FROM own_messages m JOIN profile_states s ON s.user_id = m.user_id
WHERE m.conversation_id = %(conversation_id)s AND NOT s.skipped @> m.id
ORDER BY m.id DESC LIMIT %(limit)s

-- name: known
SELECT id, kind, key, value, corrected, confidence IS NOT NULL AS locked,
       removed_at IS NOT NULL AS removed
FROM profile_insights WHERE reset_at IS NULL

-- name: learn
INSERT INTO profile_insights (user_id, kind, key, value)
VALUES (%(user_id)s, %(kind)s, %(key)s, %(value)s)
ON CONFLICT (user_id, kind, key) WHERE reset_at IS NULL DO UPDATE SET key = excluded.key
RETURNING id

-- name: note_evidence
INSERT INTO profile_evidence
    (insight_id, message_id, conversation_id, user_id, why, weight, seen_at)
SELECT new.insight_id, m.id, m.conversation_id, %(user_id)s, new.why, new.weight, new.seen_at
FROM unnest(%(insights)s::uuid[], %(messages)s::bigint[], %(whys)s::text[], %(weights)s::real[],
            %(times)s::timestamptz[]) AS new (insight_id, message_id, why, weight, seen_at)
JOIN messages m ON m.id = new.message_id
ON CONFLICT (insight_id, message_id) DO UPDATE SET
    weight = excluded.weight, why = excluded.why, seen_at = excluded.seen_at

-- name: prune_evidence
-- The older ones have faded.
DELETE FROM profile_evidence e USING (
    SELECT insight_id, message_id,
           row_number() OVER (PARTITION BY insight_id ORDER BY seen_at DESC) AS place
    FROM profile_evidence) AS old
WHERE old.place > %(most)s AND e.insight_id = old.insight_id AND e.message_id = old.message_id

-- name: prune_insights
DELETE FROM profile_insights i
WHERE reset_at IS NULL AND removed_at IS NULL AND NOT corrected AND confidence IS NULL
  AND NOT EXISTS (SELECT FROM profile_evidence e WHERE e.insight_id = i.id)

-- name: begin_asking
-- One process at a time; one that died has left it after ten minutes.
UPDATE profile_states SET asking_since = now()
WHERE user_id = %(user_id)s
  AND (asking_since IS NULL OR asking_since < now() - interval '10 minutes') RETURNING asked_until

-- name: end_asking
UPDATE profile_states SET asking_since = NULL, asked_until = greatest(asked_until, %(until)s)
WHERE user_id = %(user_id)s

-- name: count_unasked
SELECT count(*)::integer AS n FROM (
    SELECT FROM own_messages m JOIN profile_states s ON s.user_id = m.user_id
    WHERE m.id > s.asked_until AND NOT s.skipped @> m.id LIMIT %(most)s) AS fresh

-- name: behind
SELECT unread_profiles AS user_id FROM unread_profiles()

-- name: purge
SELECT purge_profiles(%(minutes)s) AS n

-- name: note_use
INSERT INTO profile_uses (message_id, user_id, insight_ids)
VALUES (%(message_id)s, %(user_id)s, %(ids)s)
ON CONFLICT (message_id) DO UPDATE SET insight_ids = excluded.insight_ids

-- name: uses
-- The insights each of some replies was made with, as they are now.
SELECT u.message_id, i.id, i.kind, i.value, i.corrected FROM profile_uses u
CROSS JOIN unnest(u.insight_ids) WITH ORDINALITY AS used (id, place)
JOIN profile_insights i ON i.id = used.id AND i.removed_at IS NULL AND i.reset_at IS NULL
WHERE u.message_id = ANY(%(message_ids)s) ORDER BY u.message_id, used.place

-- name: begin_run
INSERT INTO task_runs (task, user_id, status, worker)
VALUES (%(task)s, %(user_id)s, 'running', %(worker)s)
ON CONFLICT (task, user_id, conversation_id) DO UPDATE SET
    status = 'running', worker = excluded.worker, done = 0, error_code = NULL, error = NULL, started_at = now(),
    finished_at = NULL

-- name: end_run
UPDATE task_runs SET status = %(status)s, done = %(done)s, error_code = %(code)s,
                     error = %(error)s, finished_at = now()
WHERE task = %(task)s AND user_id = %(user_id)s AND conversation_id IS NULL

-- name: begin_at
-- The message before the first that is not too old.
SELECT id - 1 AS id FROM own_messages WHERE created_at > %(since)s ORDER BY id LIMIT 1
