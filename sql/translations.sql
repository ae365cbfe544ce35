-- name: claim
-- One process makes each translation; a failed one can be claimed again.
INSERT INTO translations (message_id, language, conversation_id, user_id, status, worker)
VALUES (%(message_id)s, %(language)s, %(room_id)s, %(user_id)s, 'running', %(worker)s)
ON CONFLICT (message_id, language) DO UPDATE
    SET status = 'running', worker = excluded.worker, error_code = NULL, text = '',
        finished_at = NULL
    WHERE (translations.status = 'failed' AND (%(again)s OR translations.error_code = 'interrupted'))
       OR (translations.status = 'running'
           AND translations.worker NOT IN (SELECT living_workers()))
RETURNING message_id

-- name: finish
UPDATE translations SET status = %(status)s, text = %(text)s, engine = %(engine)s,
                        error_code = %(error_code)s, finished_at = now()
WHERE message_id = %(message_id)s AND language = %(language)s
RETURNING message_id

-- name: of_messages
SELECT message_id, language, status, text, engine, error_code FROM translations
WHERE conversation_id = %(room_id)s AND language = %(language)s AND message_id = ANY(%(ids)s)
