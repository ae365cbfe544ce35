-- name: insert
INSERT INTO conversations (user_id, kind, title, titled_by, language, token)
VALUES (%(user_id)s, 'room', %(name)s, 'user', %(language)s, %(token)s) RETURNING id

-- name: insert_host
INSERT INTO participants (conversation_id, user_id, is_host, name, language)
VALUES (%(room_id)s, %(user_id)s, true, (SELECT name FROM users WHERE id = %(user_id)s),
        %(language)s)
RETURNING id

-- name: list
SELECT id, user_id, title AS name, language, token, created_at, updated_at, ended_at
FROM conversations WHERE kind = 'room' AND deleted_at IS NULL AND archived_at IS NULL ORDER BY updated_at DESC, id LIMIT %(limit)s

-- name: get
SELECT id, user_id, title AS name, language, token, created_at, updated_at, ended_at
FROM conversations WHERE kind = 'room' AND id = %(id)s AND deleted_at IS NULL

-- name: behind
-- What a link opens, for somebody who is nobody yet.
SELECT id, user_id, name, language FROM room_behind(%(token)s) WHERE ended_at IS NULL

-- name: set_language
UPDATE conversations SET language = %(language)s WHERE id = %(id)s AND kind = 'room'

-- name: join
SELECT join_room(%(token)s, %(name)s, %(language)s, %(secret_hash)s, %(places)s) AS id

-- name: participant_with
SELECT participant_with(%(token)s, %(secret_hash)s) AS id

-- name: participant
SELECT id, conversation_id, user_id, is_host, name, language FROM participants WHERE id = %(id)s

-- name: host_of
SELECT id, conversation_id, user_id, is_host, name, language FROM participants
WHERE conversation_id = %(room_id)s AND is_host
  AND EXISTS (SELECT FROM conversations WHERE id = %(room_id)s AND deleted_at IS NULL)

-- name: participants
SELECT id, is_host AS host, name, language,
       online AND seen_at > now() - make_interval(secs => %(away_after)s) AS online
FROM participants
WHERE conversation_id = %(room_id)s AND left_at IS NULL
  AND (is_host OR online OR seen_at > now() - interval '1 day')
ORDER BY is_host DESC, joined_at, id

-- name: languages_read
-- What is read in a room: by the host, and by guests who were there in the last hours.
SELECT DISTINCT language FROM participants
WHERE conversation_id = %(room_id)s AND left_at IS NULL
  AND (is_host OR seen_at > now() - interval '6 hours')

-- name: set_participant_language
UPDATE participants SET language = %(language)s WHERE id = %(id)s

-- name: set_online
UPDATE participants SET online = %(online)s, seen_at = now(),
                        left_at = CASE WHEN %(online)s THEN NULL ELSE left_at END
WHERE id = %(id)s

-- name: leave
UPDATE participants SET online = false, left_at = now() WHERE id = %(id)s AND NOT is_host

-- name: queue
SELECT queue_for(%(room_id)s)

-- name: is_over
SELECT ended_at IS NOT NULL AS over FROM conversations WHERE id = %(room_id)s

-- name: said_lately
SELECT count(*) AS n FROM messages
WHERE participant_id = %(participant_id)s AND created_at > now() - interval '1 minute'

-- name: say
-- A nonce said before is the same message sent again.
INSERT INTO messages (conversation_id, user_id, participant_id, role, author, language, text, nonce)
VALUES (%(room_id)s, %(user_id)s, %(participant_id)s, 'user', %(author)s, %(language)s, %(text)s,
        %(nonce)s)
ON CONFLICT (conversation_id, participant_id, nonce) DO NOTHING
RETURNING id, participant_id, author, language, text, nonce, created_at

-- name: said_before
SELECT id, participant_id, author, language, text, nonce, created_at FROM messages
WHERE conversation_id = %(room_id)s AND participant_id = %(participant_id)s AND nonce = %(nonce)s

-- name: messages_after
SELECT m.id, m.participant_id, p.is_host AS host, m.author, m.language, m.text, m.nonce, m.created_at
FROM messages m LEFT JOIN participants p ON p.id = m.participant_id
WHERE m.conversation_id = %(room_id)s AND m.id > %(after)s
ORDER BY m.id LIMIT %(limit)s

-- name: messages_before
-- The newest messages older than %(before)s (or of all), oldest first.
SELECT * FROM (
    SELECT m.id, m.participant_id, p.is_host AS host, m.author, m.language, m.text, m.nonce,
           m.created_at
    FROM messages m LEFT JOIN participants p ON p.id = m.participant_id
    WHERE m.conversation_id = %(room_id)s AND (%(before)s::bigint IS NULL OR m.id < %(before)s)
    ORDER BY m.id DESC LIMIT %(limit)s
) newest ORDER BY id

-- name: message
SELECT m.id, m.conversation_id, m.user_id, m.language, m.text, coalesce(p.is_host, false) AS host
FROM messages m LEFT JOIN participants p ON p.id = m.participant_id WHERE m.id = %(id)s

-- name: last_said
SELECT author, text FROM messages m
WHERE conversation_id = %(room_id)s AND id < %(before)s
  AND (NOT %(only_host)s OR EXISTS (
      SELECT FROM participants p WHERE p.id = m.participant_id AND p.is_host))
ORDER BY id DESC LIMIT %(limit)s
