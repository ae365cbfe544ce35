-- name: branch
-- From the newest message of the visible branch (or the parent of %(before)s) up its parents.
WITH RECURSIVE start AS (
    SELECT CASE WHEN %(before)s::bigint IS NULL THEN c.head_id
                ELSE (SELECT parent_id FROM messages WHERE id = %(before)s) END AS id
    FROM conversations c WHERE c.id = %(id)s AND c.deleted_at IS NULL
), branch AS (
    SELECT m.*, 1 AS depth FROM messages m, start
    WHERE m.id = start.id AND m.conversation_id = %(id)s
  UNION ALL
    SELECT m.*, b.depth + 1 FROM branch b JOIN messages m ON m.id = b.parent_id
    WHERE b.depth < %(limit)s
)
SELECT * FROM branch ORDER BY depth DESC

-- name: after
-- From the newest message of the visible branch up to the one after %(after)s.
WITH RECURSIVE path AS (
    SELECT m.id, m.parent_id FROM conversations c JOIN messages m ON m.id = c.head_id
    WHERE c.id = %(id)s AND c.deleted_at IS NULL AND m.id > %(after)s
  UNION ALL
    SELECT m.id, m.parent_id FROM path p JOIN messages m ON m.id = p.parent_id
    WHERE m.id > %(after)s
)
SELECT m.* FROM messages m WHERE m.id IN (SELECT id FROM path ORDER BY id LIMIT %(limit)s)
ORDER BY m.id

-- name: facts
-- A room has no branches: all its messages stand beside each other.
SELECT m.id,
       CASE WHEN m.participant_id IS NOT NULL THEN ARRAY[m.id]
            WHEN m.parent_id IS NULL THEN ARRAY(
                SELECT s.id FROM messages s
                WHERE s.conversation_id = m.conversation_id AND s.parent_id IS NULL
                  AND s.participant_id IS NULL ORDER BY s.id)
            ELSE ARRAY(SELECT s.id FROM messages s
                       WHERE s.parent_id = m.parent_id AND s.role = m.role ORDER BY s.id)
       END AS variants,
       q.id AS quote_id, q.role AS quote_role, q.author AS quote_author,
       left(q.text, 2000) AS quote_text,
       (SELECT kind FROM reactions r WHERE r.message_id = m.id) AS reaction,
       EXISTS (SELECT FROM bookmarks b WHERE b.message_id = m.id) AS bookmarked
FROM messages m LEFT JOIN messages q ON q.id = m.quote_id
WHERE m.id = ANY(%(ids)s::bigint[])

-- name: texts
SELECT id, text FROM messages WHERE id = ANY(%(ids)s::bigint[])

-- name: choose
UPDATE conversations c SET head_id = leaf_below(m.id) FROM messages m
WHERE m.id = %(message_id)s AND c.id = m.conversation_id AND c.kind = 'chat'
  AND c.deleted_at IS NULL
RETURNING c.id, m.parent_id

-- name: title_at
SELECT c.title FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE m.id = %(message_id)s AND c.kind = 'chat' AND c.deleted_at IS NULL

-- name: fork
SELECT fork_conversation(%(message_id)s, %(title)s) AS id

-- name: conversation_of
SELECT c.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE m.id = %(message_id)s AND m.user_id = %(user_id)s AND c.deleted_at IS NULL
