-- name: ids
-- All of a person's, the oldest first: a file made again later begins the same.
SELECT id FROM conversations WHERE deleted_at IS NULL ORDER BY created_at, id

-- name: there
SELECT c.id, c.title,
       (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id) AS messages
FROM conversations c WHERE c.deleted_at IS NULL AND c.id = ANY(%(ids)s)

-- name: conversation
SELECT kind, title, titled_by, language, head_id, tags, imported_from, created_at, updated_at,
       pinned_at, archived_at, ended_at
FROM conversations WHERE id = %(id)s AND deleted_at IS NULL

-- name: participants
SELECT p.id, p.is_host, p.name, p.language, p.joined_at, p.left_at
FROM participants p WHERE p.conversation_id = %(id)s
ORDER BY p.is_host DESC, p.joined_at, p.name, p.language,
         (SELECT min(m.id) FROM messages m WHERE m.participant_id = p.id)

-- name: messages
SELECT m.id, m.parent_id, m.quote_id, m.participant_id, m.role, m.author, m.language, m.text,
       CASE m.status WHEN 'streaming' THEN 'interrupted' ELSE m.status END AS status,
       m.error_code, m.error, m.provider, m.model, m.input_tokens, m.output_tokens, m.remark,
       m.created_at, m.began_at, m.finished_at,
       r.kind AS reaction, r.created_at AS reacted_at, b.created_at AS bookmarked_at
FROM messages m
LEFT JOIN reactions r ON r.message_id = m.id AND r.user_id = %(user_id)s
LEFT JOIN bookmarks b ON b.message_id = m.id AND b.user_id = %(user_id)s
WHERE m.conversation_id = %(id)s ORDER BY m.id

-- name: translations
-- Those being made just now are left out: whoever reads the file has nothing to wait for.
SELECT message_id, language, text, status, engine, error_code, created_at, finished_at
FROM translations WHERE conversation_id = %(id)s AND status <> 'running'
ORDER BY message_id, language

-- name: summary
SELECT s.made_by, s.provider, s.model, s.language, s.text, s.sentiment, s.decisions, s.questions,
       s.actions, s.until_id, s.messages, s.created_at,
       ARRAY(SELECT topic FROM topics t WHERE t.conversation_id = s.conversation_id
             ORDER BY place) AS topics
FROM summaries s WHERE s.conversation_id = %(id)s
