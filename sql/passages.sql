-- name: take_unread
-- What is to be read anew, taken off the list. First of all, so that what changes meanwhile comes
-- onto it again.
DELETE FROM unread_passages WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM unread_passages WHERE user_id = %(user_id)s
    ORDER BY message_id DESC NULLS LAST LIMIT %(limit)s))
RETURNING message_id, slate_id

-- name: alone
-- One reader at a time for somebody's passages.
SELECT pg_advisory_xact_lock(hashtextextended(%(user_id)s::text, 9))

-- name: messages_around
-- Some messages and those up to %(reach)s places before and after them, in order.
WITH due AS (
    SELECT m.id, m.conversation_id FROM messages m WHERE m.id = ANY (%(ids)s::bigint[])
), near AS (
    SELECT id FROM due
  UNION
    SELECT n.id FROM due d CROSS JOIN LATERAL (
        SELECT m.id FROM messages m WHERE m.conversation_id = d.conversation_id AND m.id < d.id
            AND m.status IN ('complete', 'interrupted') ORDER BY m.id DESC LIMIT %(reach)s) AS n
  UNION
    SELECT n.id FROM due d CROSS JOIN LATERAL (
        SELECT m.id FROM messages m WHERE m.conversation_id = d.conversation_id AND m.id > d.id
            AND m.status IN ('complete', 'interrupted') ORDER BY m.id LIMIT %(reach)s) AS n
)
SELECT m.id, m.conversation_id, c.kind, c.title, m.role, m.model, m.language, m.text, m.created_at,
       CASE WHEN m.role = 'user' AND NOT coalesce(p.is_host, m.participant_id IS NULL)
            THEN coalesce(m.author, p.name) END AS speaker,
       (m.participant_id IS NOT NULL AND NOT coalesce(p.is_host, false)) AS by_guest,
       t.text AS translation, c.language AS read_in,
       m.parent_id IS NULL AND NOT EXISTS (
           SELECT FROM messages o WHERE o.conversation_id = m.conversation_id AND o.id < m.id) AS first
FROM near JOIN messages m ON m.id = near.id JOIN conversations c ON c.id = m.conversation_id
LEFT JOIN participants p ON p.id = m.participant_id
LEFT JOIN translations t ON t.message_id = m.id AND t.language = c.language AND t.status = 'complete'
LEFT JOIN messages q ON q.id = m.parent_id
WHERE m.status IN ('complete', 'interrupted')
  -- What was asked of all this, and the answer, would be found before what it was made of.
  AND m.asks IS NULL AND (m.role = 'user' OR q.asks IS NULL)
ORDER BY m.conversation_id, m.id

-- name: slates
SELECT s.id, s.title, s.language, s.updated_at, t.text
FROM slates s JOIN slate_texts t ON t.id = s.id
WHERE s.id = ANY (%(ids)s::uuid[]) AND s.deleted_at IS NULL

-- name: known
-- What is kept of some messages and slates.
SELECT number, message_id, slate_id, begins, ends, digest FROM passages
WHERE message_id = ANY (%(messages)s::bigint[]) OR slate_id = ANY (%(slates)s::uuid[])

-- name: drop
DELETE FROM passages WHERE number = ANY (%(numbers)s::bigint[])

-- name: learn_words
INSERT INTO lexicon (user_id, word, text)
SELECT %(user_id)s, w.word, w.text FROM unnest(%(words)s::integer[], %(texts)s::text[]) AS w (word, text)
ORDER BY w.word ON CONFLICT DO NOTHING

-- name: insert
INSERT INTO passages (user_id, kind, conversation_id, message_id, slate_id, begins, ends, speaker, role,
                      model, language, said_at, length, digest, words, around)
SELECT %(user_id)s, kind, conversation_id, message_id, slate_id, begins, ends, speaker, role,
       model, language, said_at, length, decode(digest, 'hex'), words, around
FROM jsonb_to_recordset(%(rows)s) AS new (
    kind text, conversation_id uuid, message_id bigint, slate_id uuid, begins integer, ends integer,
    speaker text, role text, model text, language text, said_at timestamptz, length real,
    digest text, words integer[], around integer[])

-- name: change
UPDATE passages p SET words = new.words, around = new.around, length = new.length,
    language = new.language, speaker = new.speaker
FROM jsonb_to_recordset(%(rows)s) AS new (
    number bigint, words integer[], around integer[], length real, language text, speaker text)
WHERE p.number = new.number AND (p.words, p.around) IS DISTINCT FROM (new.words, new.around)

-- name: unread
SELECT user_id, count FROM unread_by_user()

-- name: read_again
SELECT read_everything_again() AS n

-- name: any
SELECT any_passages() AS exist

-- name: waiting
SELECT user_id, count FROM unindexed_passages(%(mark)s, false)

-- name: all_owners
SELECT user_id, count FROM unindexed_passages(%(mark)s, true)

-- name: owned
SELECT coalesce(sum(passages), 0) AS owned FROM lexicon_totals

-- name: ids
SELECT number FROM passages

-- name: to_index
SELECT p.number, 1 AS revision, substr(coalesce(m.text, t.text), p.begins + 1, p.ends - p.begins) AS text
FROM (SELECT * FROM passages WHERE indexed_as IS NULL
          OR (NOT EXISTS (SELECT FROM passages WHERE indexed_as IS NULL)
              AND indexed_as IS DISTINCT FROM %(mark)s)
      ORDER BY number DESC LIMIT %(limit)s) AS p
LEFT JOIN messages m ON m.id = p.message_id
LEFT JOIN slate_texts t ON t.id = p.slate_id

-- name: indexed
-- What is just being read anew or goes comes again: who changes several would wait for us, and
-- we for them.
UPDATE passages SET indexed_as = %(mark)s WHERE number IN (
    SELECT number FROM passages WHERE number = ANY (%(numbers)s::bigint[])
    FOR NO KEY UPDATE SKIP LOCKED) RETURNING number

-- name: to_unindex
SELECT number FROM gone_passages LIMIT %(limit)s

-- name: unindexed
DELETE FROM gone_passages WHERE number = ANY (%(numbers)s::bigint[])

-- name: take_for_missing
UPDATE passages SET indexed_as = NULL WHERE number = ANY (%(numbers)s::bigint[])

-- name: unindex_all
SELECT unindex_passages() AS n
