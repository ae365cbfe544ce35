-- name: open
SELECT open_share(%(conversation_id)s, %(token_hash)s, %(token)s, %(password)s, %(live)s,
                  %(hide_names)s, %(from_id)s, %(seconds)s) AS id

-- name: list
-- All of them, one, or those of a conversation.
SELECT s.id, s.conversation_id, c.title, c.kind, s.token, s.password IS NOT NULL AS locked, s.live,
       s.hide_names, s.from_id, s.created_at, s.expires_at, s.views, s.viewed_at,
       CASE WHEN s.revoked_at IS NOT NULL THEN 'revoked'
            WHEN c.deleted_at IS NOT NULL THEN 'deleted'
            WHEN s.expires_at <= now() THEN 'expired' ELSE 'open' END AS state
FROM shares s JOIN conversations c ON c.id = s.conversation_id
WHERE (%(id)s::uuid IS NULL OR s.id = %(id)s)
  AND (%(conversation_id)s::uuid IS NULL OR s.conversation_id = %(conversation_id)s)
ORDER BY s.created_at DESC, s.id

-- name: beginnings
-- What a conversation may be shared from: the one wished for, then the newest.
SELECT m.id, m.role, coalesce(m.author, '') AS author, left(m.text, 200) AS text
FROM conversations c, messages m
WHERE c.id = %(id)s AND m.conversation_id = c.id AND m.text <> ''
  AND (c.kind = 'room' OR m.id IN (SELECT branch_below(NULL, c.head_id)))
ORDER BY m.id = %(wished)s::bigint DESC NULLS LAST, m.id DESC LIMIT %(limit)s

-- name: revoke
-- One, or all of them.
UPDATE shares SET revoked_at = now()
WHERE revoked_at IS NULL AND (%(id)s::uuid IS NULL OR id = %(id)s)

-- name: behind
SELECT id, conversation_id, password, expires_at, expired, title FROM share_behind(%(token_hash)s)

-- name: begin_guess
SELECT begin_guess(%(id)s) AS wait

-- name: guessed_right
SELECT guessed_right(%(id)s)

-- name: conversation
SELECT title, kind, live, names_hidden, shared_at, expires_at,
       ARRAY(SELECT shared_languages()) AS languages
FROM shared_conversation()

-- name: messages
SELECT id, role, person, name, language, text, status, quote_id, created_at, translations
FROM shared_messages(%(before)s, %(after)s, %(limit)s)

-- name: note_view
SELECT note_share_view(%(visitor)s)

-- name: take_copy
SELECT take_copy(%(title)s, %(messages)s) AS id

-- name: forget
SELECT forget_shares(%(days)s)
