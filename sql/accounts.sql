-- name: local_user
SELECT local_user(%(handle)s) AS id
