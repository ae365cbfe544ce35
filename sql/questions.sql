-- name: note_asked
UPDATE messages SET asks = %(asks)s WHERE id = %(question_id)s

-- name: asked
SELECT asks FROM messages WHERE id = %(question_id)s

-- name: known_people
SELECT DISTINCT name FROM participants WHERE NOT is_host AND name IS NOT NULL ORDER BY name LIMIT 100

-- name: named
-- The rooms and chats whose title a question holds.
SELECT id, title FROM conversations
WHERE deleted_at IS NULL AND char_length(title) > 3 AND position(lower(title) IN lower(%(text)s)) > 0
  AND id <> %(here)s
ORDER BY char_length(title) DESC, updated_at DESC LIMIT 3

-- name: beside
-- What was said just before and after messages, so that they are understood.
SELECT m.id, b.text AS before, a.text AS after
FROM messages m
LEFT JOIN LATERAL (
    SELECT left(o.text, 300) AS text FROM messages o
    WHERE o.conversation_id = m.conversation_id AND o.id < m.id AND o.status IN ('complete', 'interrupted')
    ORDER BY o.id DESC LIMIT 1) AS b ON true
LEFT JOIN LATERAL (
    SELECT left(o.text, 300) AS text FROM messages o
    WHERE o.conversation_id = m.conversation_id AND o.id > m.id AND o.status IN ('complete', 'interrupted')
    ORDER BY o.id LIMIT 1) AS a ON true
WHERE m.id = ANY (%(ids)s::bigint[])

-- name: keep_lookup
INSERT INTO lookups (message_id, user_id, searched) VALUES (%(message_id)s, %(user_id)s, %(searched)s)
ON CONFLICT (message_id) DO UPDATE SET searched = excluded.searched

-- name: keep_sources
INSERT INTO sources (message_id, number, user_id, of_message, of_slate, of_memory, excerpt)
SELECT %(message_id)s, number, %(user_id)s, of_message, of_slate, of_memory, excerpt
FROM jsonb_to_recordset(%(rows)s) AS new (
    number smallint, of_message bigint, of_slate uuid, of_memory uuid, excerpt text)
ON CONFLICT DO NOTHING

-- name: drop_sources
DELETE FROM sources WHERE message_id = %(message_id)s

-- name: cite
UPDATE sources SET cited = true WHERE message_id = %(message_id)s AND number = ANY (%(numbers)s::smallint[])

-- name: lookups
SELECT message_id, searched FROM lookups WHERE message_id = ANY (%(ids)s::bigint[])

-- name: sources
-- Those of some replies that there still are.
SELECT s.message_id, s.number, s.excerpt, s.cited, s.of_message, s.of_slate, s.of_memory,
       c.id AS conversation_id, coalesce(c.title, w.title) AS title, c.kind,
       m.role, m.author, m.model, coalesce(m.created_at, w.updated_at, k.created_at) AS said_at,
       coalesce(p.is_host, m.participant_id IS NULL) AS by_host
FROM sources s
LEFT JOIN messages m ON m.id = s.of_message
LEFT JOIN conversations c ON c.id = m.conversation_id
LEFT JOIN participants p ON p.id = m.participant_id
LEFT JOIN slates w ON w.id = s.of_slate
LEFT JOIN memories k ON k.id = s.of_memory
WHERE s.message_id = ANY (%(ids)s::bigint[])
  AND c.deleted_at IS NULL AND w.deleted_at IS NULL AND (k.id IS NULL OR k.status <> 'deleted')
ORDER BY s.message_id, s.number
