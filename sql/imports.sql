-- name: like_it
-- Conversations that began in the same moment: what an import may be known from.
SELECT id FROM conversations
WHERE created_at = %(created_at)s AND kind = %(kind)s AND deleted_at IS NULL

-- name: said_in
SELECT role, text, created_at FROM messages WHERE conversation_id = %(id)s

-- name: insert
INSERT INTO conversations (user_id, kind, title, titled_by, language, token, tags, imported_from,
                           created_at, pinned_at, archived_at, ended_at)
VALUES (%(user_id)s, %(kind)s, %(title)s, %(titled_by)s, %(language)s, %(token)s, %(tags)s,
        %(imported_from)s, %(created_at)s, %(pinned_at)s, %(archived_at)s, %(ended_at)s)
RETURNING id

-- name: insert_participants
INSERT INTO participants (id, conversation_id, user_id, is_host, name, language, joined_at,
                          seen_at, left_at)
SELECT p.id, %(conversation_id)s, %(user_id)s, p.host, p.name, p.language, p.joined_at,
       coalesce(p.left_at, p.joined_at), p.left_at
FROM jsonb_to_recordset(%(rows)s) AS p (id uuid, host boolean, name text, language text,
                                        joined_at timestamptz, left_at timestamptz)

-- name: take_ids
-- As many ids as there are messages; they grow from parent to child as they do in the file.
SELECT nextval(pg_get_serial_sequence('messages', 'id')) AS id
FROM generate_series(1, %(many)s) ORDER BY 1

-- name: insert_messages
INSERT INTO messages (id, conversation_id, user_id, parent_id, quote_id, participant_id, role,
                      author, language, text, status, error_code, error, provider, model,
                      input_tokens, output_tokens, remark, created_at, began_at, finished_at)
OVERRIDING SYSTEM VALUE
SELECT m.id, %(conversation_id)s, %(user_id)s, m.parent_id, m.quote_id, m.participant_id, m.role,
       m.author, m.language, m.text, m.status, m.error_code, m.error, m.provider, m.model,
       m.input_tokens, m.output_tokens, m.remark, m.created_at, m.began_at, m.finished_at
FROM jsonb_to_recordset(%(rows)s) AS m (
    id bigint, parent_id bigint, quote_id bigint, participant_id uuid, role text, author text,
    language text, text text, status text, error_code text, error text, provider text, model text,
    input_tokens integer, output_tokens integer, remark text, created_at timestamptz,
    began_at timestamptz, finished_at timestamptz)
ORDER BY m.id

-- name: insert_reactions
INSERT INTO reactions (message_id, user_id, kind, created_at)
SELECT r.id, %(user_id)s, r.reaction, r.reacted_at
FROM jsonb_to_recordset(%(rows)s) AS r (id bigint, reaction text, reacted_at timestamptz)
WHERE r.reaction IS NOT NULL

-- name: insert_bookmarks
INSERT INTO bookmarks (message_id, user_id, created_at)
SELECT b.id, %(user_id)s, b.bookmarked_at
FROM jsonb_to_recordset(%(rows)s) AS b (id bigint, bookmarked_at timestamptz)
WHERE b.bookmarked_at IS NOT NULL

-- name: insert_translations
INSERT INTO translations (message_id, language, conversation_id, user_id, status, text, engine,
                          error_code, created_at, finished_at)
SELECT t.message_id, t.language, %(conversation_id)s, %(user_id)s, t.status, t.text, t.engine,
       t.error_code, t.created_at, t.finished_at
FROM jsonb_to_recordset(%(rows)s) AS t (
    message_id bigint, language text, status text, text text, engine text, error_code text,
    created_at timestamptz, finished_at timestamptz)

-- name: settle
-- Each message that came in has led its conversation and moved it up the list.
UPDATE conversations SET head_id = %(head_id)s, updated_at = %(updated_at)s WHERE id = %(id)s

-- name: insert_summary
INSERT INTO summaries (conversation_id, user_id, made_by, provider, model, language, text,
                       sentiment, decisions, questions, actions, until_id, messages, created_at)
SELECT %(conversation_id)s, %(user_id)s, s.made_by, s.provider, s.model, s.language, s.text,
       s.sentiment, s.decisions, s.questions, s.actions, s.until_id, s.messages, s.created_at
FROM jsonb_to_recordset(%(rows)s) AS s (
    made_by text, provider text, model text, language text, text text, sentiment real,
    decisions jsonb, questions jsonb, actions jsonb, until_id bigint, messages integer,
    created_at timestamptz)

-- name: insert_topics
INSERT INTO topics (conversation_id, user_id, place, topic)
SELECT %(conversation_id)s, %(user_id)s, t.place, t.topic
FROM jsonb_to_recordset(%(rows)s) AS t (place smallint, topic text)
