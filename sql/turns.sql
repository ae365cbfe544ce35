-- name: lock_conversation
-- One turn at a time begins in a conversation.
SELECT id, head_id, title, kind FROM conversations WHERE id = %(id)s FOR UPDATE

-- name: streaming
SELECT * FROM messages
WHERE conversation_id = %(id)s AND status = 'streaming' ORDER BY id DESC LIMIT 1

-- name: insert_question
INSERT INTO messages (conversation_id, user_id, parent_id, role, author, language, text)
VALUES (%(conversation_id)s, %(user_id)s, %(parent_id)s, 'user', %(author)s, %(language)s, %(text)s)
RETURNING id

-- name: insert_reply
INSERT INTO messages (conversation_id, user_id, parent_id, role, author, text, status, provider,
                      model, worker)
VALUES (%(conversation_id)s, %(user_id)s, %(parent_id)s, 'assistant', %(model)s, '', 'streaming',
        %(provider)s, %(model)s, %(worker)s)
RETURNING id

-- name: reopen_reply
UPDATE messages SET status = 'streaming', worker = %(worker)s, error = NULL, error_code = NULL,
                    provider = %(provider)s, model = %(model)s, finished_at = NULL
WHERE id = %(id)s AND status IN ('interrupted', 'failed') RETURNING id

-- name: message
SELECT * FROM messages WHERE id = %(id)s

-- name: set_first_words
UPDATE conversations SET title = %(title)s WHERE id = %(id)s AND title IS NULL

-- name: save_progress
UPDATE messages SET text = %(text)s WHERE id = %(id)s

-- name: finish
UPDATE messages SET text = %(text)s, status = %(status)s, error_code = %(error_code)s,
                    error = %(error)s, language = %(language)s, input_tokens = %(input_tokens)s,
                    output_tokens = %(output_tokens)s, finished_at = now()
WHERE id = %(id)s

-- name: interrupt_orphans
SELECT message_id, conversation_id FROM interrupt_orphans()

-- name: replies
SELECT count(*) AS n FROM messages
WHERE conversation_id = %(id)s AND role = 'assistant' AND status = 'complete'

-- name: tell_progress
-- A flash to the other processes: the reply of this conversation has grown.
SELECT pg_notify('parley_events', json_build_object('worker', %(worker)s::bigint,
    'topic', %(topic)s, 'kind', 'progress', 'payload', json_build_object())::text)
