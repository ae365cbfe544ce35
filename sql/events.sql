-- name: publish
SELECT publish(%(topic)s, %(kind)s, %(payload)s) AS id

-- name: notify
SELECT pg_notify(%(channel)s, %(note)s)

-- name: last_of_topic
SELECT max(id) AS id FROM events WHERE topic = %(topic)s

-- name: after
-- Missed events of a topic, oldest first.
SELECT id, kind, payload FROM events
WHERE topic = %(topic)s AND id > %(after)s ORDER BY id LIMIT %(limit)s

-- name: forget_old
SELECT forget_old_events(%(days)s) AS forgotten

-- name: others
-- How many processes of Parley run on this database, besides one.
SELECT count(*) AS others FROM living_workers() AS worker WHERE worker <> %(worker)s
