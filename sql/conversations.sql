-- name: insert
INSERT INTO conversations (user_id, kind, title, titled_by)
VALUES (%(user_id)s, 'chat', %(title)s, %(titled_by)s) RETURNING id

-- name: list
SELECT id, kind, title, titled_by, language, token, created_at, updated_at, ended_at,
       EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.status = 'streaming')
           AS answering
FROM conversations c
WHERE %(kind)s::text IS NULL OR kind = %(kind)s
ORDER BY updated_at DESC, id LIMIT %(limit)s

-- name: get
SELECT id, kind, title, titled_by, language, token, created_at, updated_at, ended_at,
       EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.status = 'streaming')
           AS answering
FROM conversations c WHERE id = %(id)s

-- name: branch
-- From the newest message of the visible branch (or the parent of %(before)s) up its parents.
WITH RECURSIVE start AS (
    SELECT CASE WHEN %(before)s::bigint IS NULL
                THEN (SELECT head_id FROM conversations WHERE id = %(id)s)
                ELSE (SELECT parent_id FROM messages WHERE id = %(before)s) END AS id
), branch AS (
    SELECT m.*, 1 AS depth FROM messages m, start
    WHERE m.id = start.id AND m.conversation_id = %(id)s
  UNION ALL
    SELECT m.*, b.depth + 1 FROM branch b JOIN messages m ON m.id = b.parent_id
    WHERE b.depth < %(limit)s
)
SELECT * FROM branch ORDER BY depth DESC

-- name: set_title
UPDATE conversations SET title = %(title)s, titled_by = %(by)s
WHERE id = %(id)s AND (%(by)s = 'user' OR titled_by <> 'user')

-- name: delete
DELETE FROM conversations WHERE id = %(id)s
