-- name: all
SELECT name, value, secret FROM preferences WHERE user_id = %(user_id)s

-- name: keep
INSERT INTO preferences (user_id, name, value, secret)
VALUES (%(user_id)s, %(name)s, %(value)s, %(secret)s)
ON CONFLICT (user_id, name) DO UPDATE
SET value = excluded.value, secret = excluded.secret, updated_at = now()

-- name: forget
DELETE FROM preferences WHERE user_id = %(user_id)s AND name = %(name)s
