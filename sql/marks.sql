-- name: react
INSERT INTO reactions (message_id, user_id, kind) VALUES (%(message_id)s, %(user_id)s, %(kind)s)
ON CONFLICT (message_id, user_id) DO UPDATE SET kind = excluded.kind, created_at = now()

-- name: unreact
DELETE FROM reactions WHERE message_id = %(message_id)s

-- name: bookmark
INSERT INTO bookmarks (message_id, user_id) VALUES (%(message_id)s, %(user_id)s)
ON CONFLICT DO NOTHING

-- name: unbookmark
DELETE FROM bookmarks WHERE message_id = %(message_id)s

-- name: bookmarks
SELECT m.*, c.title AS conversation_title, c.kind AS conversation_kind,
       b.created_at AS bookmarked_at
FROM bookmarks b JOIN messages m ON m.id = b.message_id
JOIN conversations c ON c.id = m.conversation_id AND c.deleted_at IS NULL
WHERE %(before)s::timestamptz IS NULL OR b.created_at < %(before)s
ORDER BY b.created_at DESC, m.id DESC LIMIT %(limit)s
