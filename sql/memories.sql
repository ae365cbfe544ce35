-- name: insert
INSERT INTO memories (user_id, kind, text, context, said_by, language, status, pinned, origin,
                      conversation_id, message_id, replaces, created_at, valid_from)
VALUES (%(user_id)s, %(kind)s, %(text)s, %(context)s, %(said_by)s, %(language)s, %(status)s, %(pinned)s,
        %(origin)s, %(conversation_id)s, %(message_id)s, %(replaces)s,
        coalesce(%(created_at)s, now()), coalesce(%(created_at)s, now()))
RETURNING *

-- name: insert_words
INSERT INTO memory_words (user_id, word, memory, weight, length)
SELECT %(user_id)s, w.word, %(number)s, w.weight, %(length)s
FROM unnest(%(words)s::text[], %(weights)s::real[]) AS w (word, weight)

-- name: set_length
UPDATE memories SET length = %(length)s WHERE number = %(number)s

-- name: drop_words
DELETE FROM memory_words w USING memories m WHERE w.memory = m.number AND m.id = ANY(%(ids)s)

-- name: get
SELECT * FROM memories WHERE id = %(id)s AND status <> 'deleted'

-- name: some
SELECT * FROM memories WHERE id = ANY(%(ids)s) AND status <> 'deleted'

-- name: same
-- One that says the same, whatever its case and spaces.
SELECT * FROM memories
WHERE status IN ('active', 'proposed') AND kind = %(kind)s
  AND said_by IS NOT DISTINCT FROM %(said_by)s AND lower(regexp_replace(text, '\s+', ' ', 'g')) = lower(%(text)s) LIMIT 1

-- name: list
SELECT * FROM memories
WHERE status = %(status)s AND (%(kind)s::text IS NULL OR kind = %(kind)s)
ORDER BY pinned DESC, updated_at DESC, id LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FILTER (WHERE status = 'active') AS active,
       count(*) FILTER (WHERE status = 'active' AND enabled) AS enabled,
       count(*) FILTER (WHERE status = 'proposed') AS proposed
FROM memories WHERE status IN ('active', 'proposed')

-- name: owned
SELECT count(*) AS owned FROM memories WHERE status IN ('active', 'proposed')

-- name: terms
SELECT * FROM memories WHERE kind = 'term' AND status = 'active' AND enabled

-- name: always
-- All terms and what is pinned, the latest first.
SELECT * FROM memories WHERE (kind = 'term' OR pinned) AND status = 'active' AND enabled
ORDER BY kind = 'term' DESC, updated_at DESC

-- name: change
UPDATE memories SET
    text = coalesce(%(text)s, text), kind = coalesce(%(kind)s, kind),
    enabled = coalesce(%(enabled)s, enabled), pinned = coalesce(%(pinned)s, pinned),
    status = coalesce(%(status)s, status), language = coalesce(%(language)s, language),
    updated_at = now(),
    revision = revision + (%(text)s::text IS NOT NULL)::integer
WHERE id = %(id)s AND status IN ('active', 'proposed') RETURNING *

-- name: switch_all
UPDATE memories SET enabled = %(enabled)s WHERE status = 'active' AND enabled <> %(enabled)s

-- name: end
-- Deleted or replaced: found no more. What was only proposed has never held.
UPDATE memories SET status = %(status)s, updated_at = now(),
    valid_until = CASE status WHEN 'active' THEN now() END
WHERE id = ANY(%(ids)s) AND status IN ('active', 'proposed') RETURNING *

-- name: ids
SELECT id, number FROM memories WHERE status IN ('active', 'proposed')

-- name: bring_back
UPDATE memories SET status = CASE WHEN valid_until IS NULL THEN 'proposed' ELSE 'active' END,
    valid_until = NULL, updated_at = now()
WHERE id = ANY(%(ids)s) AND status = 'deleted' RETURNING *

-- name: forget
INSERT INTO forgotten_memories (user_id, fingerprint)
SELECT %(user_id)s, f FROM unnest(%(fingerprints)s::bytea[]) AS f ON CONFLICT DO NOTHING

-- name: remember_again
DELETE FROM forgotten_memories WHERE fingerprint = ANY(%(fingerprints)s)

-- name: forgotten
SELECT fingerprint, embedder, embedding FROM forgotten_memories

-- name: place_forgotten
UPDATE forgotten_memories SET embedder = %(embedder)s, embedding = %(embedding)s
WHERE fingerprint = %(fingerprint)s

-- name: overview
-- What recall needs to know of somebody's memories before it looks for any. From one speaker to
-- the next in the index: DISTINCT would read all that anybody said.
WITH RECURSIVE speakers AS (
    SELECT min(said_by) AS name, 1 AS place FROM memories
    WHERE user_id = %(user_id)s AND said_by IS NOT NULL
  UNION ALL
    SELECT (SELECT min(m.said_by) FROM memories m
            WHERE m.user_id = %(user_id)s AND m.said_by > s.name), s.place + 1
    FROM speakers s WHERE s.name IS NOT NULL AND s.place <= 200
)
SELECT EXISTS (SELECT FROM memories
               WHERE user_id = %(user_id)s AND status = 'active' AND enabled) AS any_enabled,
       ARRAY(SELECT name FROM speakers s WHERE EXISTS (
           SELECT FROM memories m WHERE m.user_id = %(user_id)s AND m.said_by = s.name
               AND m.status = 'active')) AS speakers

-- name: frequencies
-- How many memories there are, how long on average, and in how many of them each word occurs.
SELECT t.memories AS total, coalesce(t.length / nullif(t.memories, 0), 0) AS average,
       f.word, f.memories AS n
FROM memory_totals t
LEFT JOIN memory_frequencies f ON f.user_id = t.user_id AND f.word = ANY(%(words)s)
WHERE t.user_id = %(user_id)s

-- name: postings
-- As bytes, most significant first: thousands of numbers are read at once.
SELECT word, string_agg(int8send(memory), '') AS ids, string_agg(float4send(weight), '') AS weights,
       string_agg(float4send(length), '') AS lengths
FROM memory_words WHERE user_id = %(user_id)s AND word = ANY(%(words)s) GROUP BY word

-- name: postings_among
-- Joined, not compared: a prepared statement runs through the whole array for every row.
SELECT word, string_agg(int8send(memory), '') AS ids, string_agg(float4send(weight), '') AS weights,
       string_agg(float4send(length), '') AS lengths
FROM unnest(%(among)s::bigint[]) AS among (number)
JOIN memory_words w ON w.memory = among.number
WHERE user_id = %(user_id)s AND word = ANY(%(words)s) GROUP BY word

-- name: numbered
SELECT * FROM memories
WHERE number = ANY(%(numbers)s::bigint[]) AND status = ANY(%(statuses)s) AND (enabled OR %(off)s)

-- name: used
-- Not of what somebody is changing: who changes several would wait for us, and we for them.
UPDATE memories SET used_at = now(), uses = uses + 1 WHERE id IN (
    SELECT id FROM memories WHERE id = ANY(%(ids)s) ORDER BY number FOR NO KEY UPDATE SKIP LOCKED)

-- name: note_use
INSERT INTO memory_uses (user_id, message_id, language, memory_ids)
VALUES (%(user_id)s, %(message_id)s, %(language)s, %(ids)s)
ON CONFLICT (message_id, language) DO UPDATE SET memory_ids = excluded.memory_ids

-- name: uses
-- The memories each of some messages was made with, as they are now.
SELECT u.message_id AS used_by, u.language AS used_in, m.* FROM memory_uses u
CROSS JOIN unnest(u.memory_ids) WITH ORDINALITY AS used (id, place)
JOIN memories m ON m.id = used.id
WHERE u.message_id = ANY(%(message_ids)s) AND m.status <> 'deleted'
ORDER BY u.message_id, used.place

-- name: to_index
SELECT number, text, revision FROM memories
WHERE status IN ('active', 'proposed') AND indexed_as IS DISTINCT FROM %(mark)s || ' ' || revision
ORDER BY updated_at DESC LIMIT %(limit)s

-- name: to_unindex
SELECT number, status, text FROM memories
WHERE status IN ('replaced', 'deleted') AND indexed_as IS NOT NULL
LIMIT %(limit)s

-- name: indexed
-- What somebody is changing comes again: who changes several would wait for us, and we for them.
WITH free AS (
    SELECT m.number, m.revision FROM memories m
    JOIN unnest(%(numbers)s::bigint[], %(revisions)s::integer[]) AS i (number, revision)
      ON m.number = i.number AND m.revision = i.revision
    FOR NO KEY UPDATE OF m SKIP LOCKED)
UPDATE memories m SET indexed_as = %(mark)s || ' ' || free.revision
FROM free WHERE m.number = free.number RETURNING m.number

-- name: unindexed
UPDATE memories SET indexed_as = NULL WHERE number IN (
    SELECT number FROM memories WHERE number = ANY(%(numbers)s::bigint[]) AND status IN ('replaced', 'deleted')
    FOR NO KEY UPDATE SKIP LOCKED)

-- name: waiting
SELECT user_id, count FROM unindexed_memories(%(mark)s, false)

-- name: all_owners
SELECT user_id, count FROM unindexed_memories(%(mark)s, true)

-- name: unindex_all
SELECT unindex_memories() AS n

-- name: purge
SELECT purge_deleted_memories(%(minutes)s) AS n

-- name: take_for_missing
UPDATE memories SET indexed_as = NULL WHERE number = ANY(%(numbers)s::bigint[])

-- name: any
SELECT any_memories() AS exist

-- name: learned
UPDATE conversations SET learned_until = greatest(learned_until, %(until)s)
WHERE id = %(conversation_id)s

-- name: learned_until
SELECT learned_until FROM conversations WHERE id = %(conversation_id)s

-- name: texts
SELECT kind, said_by, text FROM memories WHERE status IN ('active', 'proposed')

-- name: insert_many
INSERT INTO memories (id, user_id, kind, text, context, said_by, language, status, enabled, pinned, origin,
                      replaces, created_at, updated_at, valid_from, valid_until, length)
SELECT id, %(user_id)s, kind, text, context, said_by, language, status, enabled, pinned, origin,
       replaces, created_at, updated_at, created_at, valid_until, length
FROM jsonb_to_recordset(%(rows)s) AS new (
    id uuid, kind text, text text, context text, said_by text, language text, status text, enabled boolean,
    pinned boolean, origin text, replaces uuid, created_at timestamptz, updated_at timestamptz,
    valid_until timestamptz, length real)

-- name: insert_many_words
INSERT INTO memory_words (user_id, word, memory, weight, length)
SELECT %(user_id)s, w.word, m.number, w.weight, m.length
FROM unnest(%(ids)s::uuid[], %(words)s::text[], %(weights)s::real[]) AS w (id, word, weight)
JOIN memories m ON m.id = w.id

-- name: kinds
SELECT kind, count(*) AS n FROM memories WHERE status = 'active' GROUP BY kind

-- name: histories
-- What each of some memories replaced, and what that had replaced, the newest first.
WITH RECURSIVE line AS (
    SELECT m.id AS of, m.*, 0 AS depth FROM memories m WHERE m.id = ANY(%(ids)s)
  UNION ALL
    SELECT l.of, m.*, l.depth + 1 FROM line l JOIN memories m ON m.id = l.replaces
    WHERE l.depth < 50
)
SELECT * FROM line WHERE depth > 0 AND status = 'replaced' ORDER BY of, depth
