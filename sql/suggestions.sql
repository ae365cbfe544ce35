-- name: open_questions
SELECT s.conversation_id, one ->> 'text' AS text FROM summaries s
JOIN conversations c ON c.id = s.conversation_id AND c.deleted_at IS NULL
CROSS JOIN jsonb_array_elements(s.questions) WITH ORDINALITY AS q (one, place)
WHERE s.created_at > %(since)s ORDER BY s.created_at DESC, q.place LIMIT %(limit)s

-- name: own_actions
-- Those that are the person's to do, or nobody's yet.
SELECT s.conversation_id, one ->> 'text' AS text FROM summaries s
JOIN conversations c ON c.id = s.conversation_id AND c.deleted_at IS NULL
JOIN users u ON u.id = s.user_id
CROSS JOIN jsonb_array_elements(s.actions) WITH ORDINALITY AS a (one, place)
WHERE s.created_at > %(since)s
  AND (coalesce(one ->> 'who', '') = '' OR lower(one ->> 'who') = ANY(%(mine)s)
       OR lower(one ->> 'who') = lower(u.name))
ORDER BY s.created_at DESC, a.place LIMIT %(limit)s

-- name: claim
-- Whoever gets it asks a model; nobody else does, ever. Only the newest reply, just written.
INSERT INTO follow_ups (message_id, user_id)
SELECT m.id, m.user_id FROM messages m
JOIN conversations c ON c.id = m.conversation_id AND c.head_id = m.id AND c.kind = 'chat'
WHERE m.id = %(id)s AND m.role = 'assistant' AND m.status = 'complete' AND c.ended_at IS NULL
  AND c.deleted_at IS NULL AND m.finished_at > now() - %(fresh)s * interval '1 second'
ON CONFLICT DO NOTHING RETURNING message_id

-- name: keep
UPDATE follow_ups SET questions = %(questions)s WHERE message_id = %(id)s

-- name: kept
SELECT questions FROM follow_ups WHERE message_id = %(id)s

-- name: reply
SELECT conversation_id, provider, model FROM messages WHERE id = %(id)s AND role = 'assistant'
