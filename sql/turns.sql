-- name: begin_turn
-- Keep a question and begin its reply, in a new conversation where none is given. Says whether
-- anything is remembered or learned that the reply could be made with: most often, nothing is.
SELECT conversation_id, question_id, reply_id,
       EXISTS (SELECT FROM memories
               WHERE user_id = %(user_id)s AND status = 'active' AND enabled) AS remembers,
       EXISTS (SELECT FROM profile_insights
               WHERE user_id = %(user_id)s AND reset_at IS NULL
                 AND removed_at IS NULL) AS has_learned
FROM begin_turn(%(conversation_id)s, %(text)s, %(language)s, %(title)s, %(provider)s, %(model)s,
                %(worker)s, %(quote_id)s, %(beside)s)

-- name: begin_again
-- Another reply beside one there is, to the same question.
SELECT m.conversation_id, m.parent_id AS question_id,
       begin_reply(m.conversation_id, m.parent_id, %(provider)s, %(model)s, %(worker)s) AS reply_id
FROM messages m WHERE m.id = %(message_id)s

-- name: lock
SELECT lock_for_turn(%(conversation_id)s) AS head_id

-- name: announce
SELECT announce_turn(%(conversation_id)s, %(question_id)s, %(message_id)s)

-- name: streaming
SELECT * FROM messages
WHERE conversation_id = %(id)s AND status = 'streaming' ORDER BY id DESC LIMIT 1

-- name: reopen_reply
UPDATE messages SET status = 'streaming', worker = %(worker)s, error = NULL, error_code = NULL,
                    provider = %(provider)s, model = %(model)s, finished_at = NULL
WHERE id = %(id)s AND status IN ('interrupted', 'failed') RETURNING id

-- name: message
SELECT * FROM messages WHERE id = %(id)s

-- name: save_growth
-- What growing replies have come to, all of one person's at once, and a flash to the other
-- processes for each. Nothing waits for the disk: the end of each reply will.
WITH grown AS (
    UPDATE messages m SET text = g.text
    FROM unnest(%(ids)s::bigint[], %(texts)s::text[]) AS g (id, text)
    WHERE m.id = g.id AND m.status = 'streaming' RETURNING m.conversation_id)
SELECT set_config('synchronous_commit', 'off', true),
       pg_notify('parley_events', json_build_object('worker', %(worker)s::bigint,
           'topic', conversation_id, 'kind', 'progress', 'payload', json_build_object())::text)
FROM grown

-- name: finish
UPDATE messages SET text = %(text)s, status = %(status)s, error_code = %(error_code)s,
                    error = %(error)s, language = %(language)s, input_tokens = %(input_tokens)s,
                    output_tokens = %(output_tokens)s, finished_at = now(),
                    provider = %(provider)s, model = %(model)s,
                    author = %(model)s, remark = coalesce(%(remark)s, remark),
                    began_at = coalesce(began_at, created_at + %(waited)s * interval '1 second')
WHERE id = %(id)s

-- name: interrupt_orphans
SELECT message_id, conversation_id FROM interrupt_orphans()
