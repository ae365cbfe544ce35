-- name: insert
INSERT INTO conversations (user_id, kind, title, titled_by)
VALUES (%(user_id)s, 'chat', %(title)s, %(titled_by)s) RETURNING id

-- name: list
SELECT id, kind, title, titled_by, language, token, tags, forked_from, imported_from, created_at,
       updated_at, ended_at, pinned_at, archived_at,
       EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.status = 'streaming')
           AS answering
FROM conversations c
WHERE deleted_at IS NULL AND (archived_at IS NOT NULL) = %(archived)s
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(ended)s::boolean IS NULL OR (ended_at IS NOT NULL) = %(ended)s)
  AND (%(tag)s::text IS NULL OR tags @> ARRAY[%(tag)s::text])
  AND (%(before)s::uuid IS NULL
       OR (pinned_at IS NOT NULL, updated_at, id) <
          (%(before_pinned)s::boolean, %(before_updated)s::timestamptz, %(before)s::uuid))
ORDER BY (pinned_at IS NOT NULL) DESC, updated_at DESC, id DESC LIMIT %(limit)s

-- name: get
SELECT id, kind, title, titled_by, language, token, tags, forked_from, imported_from, created_at,
       updated_at, ended_at, pinned_at, archived_at,
       EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.status = 'streaming')
           AS answering
FROM conversations c WHERE id = %(id)s AND deleted_at IS NULL

-- name: some
SELECT id, kind, title, titled_by, language, token, tags, forked_from, imported_from, created_at,
       updated_at, ended_at, pinned_at, archived_at,
       EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.status = 'streaming')
           AS answering
FROM conversations c WHERE id = ANY(%(ids)s) AND deleted_at IS NULL

-- name: search
SELECT c.id, c.kind, c.title, c.titled_by, c.language, c.token, c.tags, c.forked_from,
       c.imported_from, c.created_at, c.updated_at, c.ended_at, c.pinned_at, c.archived_at,
       EXISTS (SELECT FROM messages s WHERE s.conversation_id = c.id AND s.status = 'streaming')
           AS answering,
       f.message_id, f.hits, m.text AS said
FROM search_conversations(%(typed)s, %(limit)s) f JOIN conversations c ON c.id = f.conversation_id
LEFT JOIN messages m ON m.id = f.message_id
ORDER BY c.updated_at DESC, c.id DESC

-- name: details
SELECT conversation_id AS id, count(*) AS messages,
       coalesce(array_agg(DISTINCT language) FILTER (WHERE language IS NOT NULL), '{}')
           AS languages,
       coalesce(array_agg(DISTINCT model) FILTER (WHERE role = 'assistant' AND model IS NOT NULL),
                '{}') AS models,
       max(coalesce(finished_at, created_at)) - min(created_at) AS duration
FROM messages WHERE conversation_id = ANY(%(ids)s) GROUP BY conversation_id

-- name: set_title
UPDATE conversations SET title = %(title)s, titled_by = %(by)s
WHERE id = %(id)s AND deleted_at IS NULL AND (%(by)s = 'user' OR titled_by <> 'user')

-- name: pin
UPDATE conversations SET pinned_at = CASE WHEN %(on)s THEN coalesce(pinned_at, now()) END
WHERE id = ANY(%(ids)s) AND deleted_at IS NULL RETURNING id

-- name: archive
UPDATE conversations SET archived_at = CASE WHEN %(on)s THEN coalesce(archived_at, now()) END,
                         pinned_at = CASE WHEN %(on)s THEN NULL ELSE pinned_at END
WHERE id = ANY(%(ids)s) AND deleted_at IS NULL RETURNING id

-- name: set_tags
UPDATE conversations SET tags = %(tags)s::text[]
WHERE id = ANY(%(ids)s) AND deleted_at IS NULL RETURNING id

-- name: tags
SELECT tag, count(*)::integer AS n FROM conversations CROSS JOIN unnest(tags) AS tag
WHERE deleted_at IS NULL GROUP BY tag ORDER BY n DESC, tag

-- name: end
UPDATE conversations SET ended_at = CASE WHEN %(on)s THEN coalesce(ended_at, now()) END
WHERE id = ANY(%(ids)s) AND deleted_at IS NULL RETURNING id

-- name: delete
UPDATE conversations SET deleted_at = now()
WHERE id = ANY(%(ids)s) AND deleted_at IS NULL RETURNING id

-- name: restore
UPDATE conversations SET deleted_at = NULL
WHERE id = ANY(%(ids)s) AND deleted_at IS NOT NULL RETURNING id

-- name: purge
SELECT forget_deleted_conversations(%(minutes)s)
