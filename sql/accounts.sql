-- name: local_user
SELECT local_user(%(handle)s) AS id

-- name: name
SELECT name FROM users WHERE id = %(id)s

-- name: set_name
UPDATE users SET name = %(name)s WHERE id = %(id)s
