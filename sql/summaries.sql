-- name: conversation
-- What is summarised, and in which language: the host's of a room, else what they write here.
SELECT c.id, c.kind, c.title, c.titled_by, c.head_id, c.ended_at,
       coalesce(c.language, u.language,
                (SELECT mode() WITHIN GROUP (ORDER BY m.language) FROM messages m
                 WHERE m.conversation_id = c.id AND m.role = 'user' AND m.language IS NOT NULL),
                (SELECT r.language FROM conversations r WHERE r.kind = 'room'
                 ORDER BY r.updated_at DESC LIMIT 1), 'en') AS language
FROM conversations c JOIN users u ON u.id = c.user_id
WHERE c.id = %(id)s AND c.deleted_at IS NULL

-- name: said
-- The visible branch, or all of a room with what its host reads; what is partial stays out.
WITH RECURSIVE branch AS (
    SELECT m.id, m.parent_id FROM conversations c JOIN messages m ON m.id = c.head_id
    WHERE c.id = %(id)s AND c.kind = 'chat'
  UNION ALL
    SELECT m.id, m.parent_id FROM branch b JOIN messages m ON m.id = b.parent_id
)
SELECT m.id, m.role, m.author, m.language, m.text, m.status = 'interrupted' AS cut_off,
       m.provider, m.model, m.created_at, coalesce(p.is_host, false) AS host,
       t.text AS translated
FROM messages m LEFT JOIN participants p ON p.id = m.participant_id
LEFT JOIN translations t ON t.message_id = m.id AND t.language = %(language)s
    AND t.status = 'complete'
WHERE m.conversation_id = %(id)s AND m.status IN ('complete', 'interrupted') AND m.text <> ''
  AND (%(kind)s = 'room' OR m.id IN (SELECT id FROM branch))
ORDER BY m.id

-- name: of
SELECT s.*, messages_since(s.conversation_id, s.until_id) AS behind,
       (s.until_id IS DISTINCT FROM c.head_id
        OR coalesce(h.finished_at, h.created_at) > s.created_at) AS stale,
       ARRAY(SELECT topic FROM topics t WHERE t.conversation_id = s.conversation_id
             ORDER BY place) AS topics
FROM summaries s JOIN conversations c ON c.id = s.conversation_id
LEFT JOIN messages h ON h.id = c.head_id
WHERE s.conversation_id = ANY(%(ids)s) AND c.deleted_at IS NULL

-- name: keep
INSERT INTO summaries (conversation_id, user_id, made_by, provider, model, language, text,
                       sentiment, decisions, questions, actions, until_id, messages)
SELECT c.id, c.user_id, %(made_by)s, %(provider)s, %(model)s, %(language)s, %(text)s,
       %(sentiment)s, %(decisions)s, %(questions)s, %(actions)s, %(until_id)s, %(messages)s
FROM conversations c WHERE c.id = %(conversation_id)s
ON CONFLICT (conversation_id) DO UPDATE
    SET made_by = excluded.made_by, provider = excluded.provider, model = excluded.model,
        language = excluded.language, text = excluded.text, sentiment = excluded.sentiment,
        decisions = excluded.decisions, questions = excluded.questions,
        actions = excluded.actions, until_id = excluded.until_id, messages = excluded.messages,
        created_at = now()

-- name: forget_topics
DELETE FROM topics WHERE conversation_id = %(conversation_id)s

-- name: keep_topics
INSERT INTO topics (conversation_id, place, user_id, topic)
SELECT c.id, t.place - 1, c.user_id, t.topic
FROM conversations c, unnest(%(topics)s::text[]) WITH ORDINALITY AS t (topic, place)
WHERE c.id = %(conversation_id)s

-- name: due
-- Ended or silent long enough, with something said that no summary knows, and not to be left
-- alone for a while; the newest first. What is older than that is not paid for unasked: a whole
-- past may just have been imported.
SELECT c.id FROM conversations c
JOIN messages h ON h.id = c.head_id AND h.status <> 'streaming'
LEFT JOIN summaries s ON s.conversation_id = c.id
LEFT JOIN task_runs r ON r.task = %(task)s AND r.conversation_id = c.id
WHERE c.deleted_at IS NULL
  AND coalesce(h.finished_at, h.created_at) > now() - make_interval(days => %(days)s)
  AND (c.ended_at IS NOT NULL
       OR (%(idle)s > 0 AND coalesce(h.finished_at, h.created_at)
                            < now() - make_interval(mins => %(idle)s)))
  AND (s.until_id IS DISTINCT FROM c.head_id
       OR coalesce(h.finished_at, h.created_at) > s.created_at)
  AND (r.status IS NULL OR r.status = 'done'
       OR (r.status = 'failed' AND (r.retry_at <= now() OR h.created_at > r.finished_at))
       OR (r.status = 'running' AND r.worker NOT IN (SELECT living_workers())))
  AND EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.text <> ''
              AND m.status IN ('complete', 'interrupted')
              AND (c.kind = 'room' OR m.role = 'assistant'))
ORDER BY c.updated_at DESC LIMIT %(limit)s

-- name: company
-- How many guests of a room are there.
SELECT count(*) AS n FROM participants
WHERE conversation_id = %(id)s AND NOT is_host AND left_at IS NULL AND online
  AND seen_at > now() - interval '1 minute'

-- name: empty
-- Conversations in which nothing was ever said; of the rooms those that are closed, as the link
-- of an open one may be printed somewhere.
SELECT c.id FROM conversations c
WHERE c.deleted_at IS NULL AND c.pinned_at IS NULL
  AND greatest(c.created_at, c.updated_at) < now() - make_interval(days => %(days)s)
  AND (c.kind = 'chat' OR c.ended_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id)
  AND NOT EXISTS (SELECT FROM participants p WHERE p.conversation_id = c.id AND p.online
                  AND p.seen_at > now() - interval '1 minute')
ORDER BY c.created_at
