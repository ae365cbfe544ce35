-- name: insert
INSERT INTO slates (user_id, title, text, options)
VALUES (%(user_id)s, %(title)s, %(text)s, %(options)s) RETURNING id

-- name: get
-- A run whose process is gone was interrupted.
SELECT s.*, CASE WHEN status = 'running' AND worker NOT IN (SELECT living_workers())
                 THEN 'interrupted' ELSE status END AS status
FROM slates s WHERE id = %(id)s AND deleted_at IS NULL

-- name: list
SELECT s.id, s.title, left(s.text, 600) AS text, s.options, s.status, s.updated_at
FROM slates s
WHERE s.deleted_at IS NULL AND (s.title IS NOT NULL OR s.text <> '' OR s.status <> 'empty')
  AND (%(like)s::text IS NULL OR s.title ILIKE %(like)s OR s.text ILIKE %(like)s
       OR EXISTS (SELECT FROM slate_parts p WHERE p.slate_id = s.id AND p.result ILIKE %(like)s)
       OR EXISTS (SELECT FROM slate_versions v WHERE v.slate_id = s.id
                  AND (v.text ILIKE %(like)s OR v.result ILIKE %(like)s)))
ORDER BY s.updated_at DESC, s.id LIMIT %(limit)s

-- name: write
UPDATE slates SET text = %(text)s, options = %(options)s, updated_at = now()
WHERE id = %(id)s AND deleted_at IS NULL

-- name: set_title
UPDATE slates SET title = %(title)s WHERE id = %(id)s AND deleted_at IS NULL

-- name: delete
UPDATE slates SET deleted_at = now() WHERE id = %(id)s AND deleted_at IS NULL

-- name: undelete
UPDATE slates SET deleted_at = NULL WHERE id = %(id)s

-- name: forget_deleted
SELECT forget_deleted_slates(%(days)s)

-- name: begin_run
-- The text as it is run; its number makes older runs too late.
UPDATE slates SET text = %(text)s, options = %(options)s, run = run + 1, status = 'running',
                  ran = %(ran)s, worker = %(worker)s, error = NULL, error_code = NULL, updated_at = now()
WHERE id = %(id)s AND deleted_at IS NULL RETURNING run

-- name: lock_run
-- Held until the transaction ends, where this is still the newest run.
SELECT id FROM slates WHERE id = %(id)s AND run = %(run)s FOR UPDATE

-- name: note_run
UPDATE slates SET language = %(language)s, engine = %(engine)s, noted = %(noted)s
WHERE id = %(id)s AND run = %(run)s

-- name: end_run
UPDATE slates SET status = %(status)s, worker = NULL, error_code = %(error_code)s,
                  error = %(error)s, updated_at = now()
WHERE id = %(id)s AND run = %(run)s

-- name: parts
SELECT * FROM slate_parts WHERE slate_id = %(id)s ORDER BY place

-- name: drop_parts
DELETE FROM slate_parts WHERE slate_id = %(id)s

-- name: insert_part
INSERT INTO slate_parts (slate_id, place, user_id, source, digest, result, status)
VALUES (%(id)s, %(place)s, %(user_id)s, %(source)s, %(digest)s, %(result)s, %(status)s)

-- name: save_part
-- Told to the other processes, whose pages look again.
WITH saved AS (
    UPDATE slate_parts p SET result = %(result)s, status = %(status)s,
                             error_code = %(error_code)s, error = %(error)s
    FROM slates s
    WHERE p.slate_id = %(id)s AND p.place = %(place)s AND p.digest = %(digest)s
      AND s.id = p.slate_id AND s.run = %(run)s RETURNING p.slate_id)
SELECT pg_notify('parley_events', json_build_object('worker', %(worker)s::bigint,
           'topic', slate_id, 'kind', 'slate', 'payload', json_build_object())::text)
FROM saved

-- name: keep_version
-- Unless it is what the newest version is already.
INSERT INTO slate_versions (slate_id, user_id, text, task, options, result, language, engine, noted)
SELECT %(id)s, %(user_id)s, %(text)s, %(task)s, %(options)s, %(result)s, %(language)s, %(engine)s,
       %(noted)s
WHERE NOT EXISTS (
    SELECT FROM (SELECT * FROM slate_versions WHERE slate_id = %(id)s ORDER BY id DESC LIMIT 1) last
    WHERE last.text = %(text)s AND last.options = %(options)s::jsonb AND last.result = %(result)s)

-- name: versions
SELECT * FROM slate_versions WHERE slate_id = %(id)s ORDER BY id DESC LIMIT %(limit)s

-- name: version
SELECT * FROM slate_versions WHERE slate_id = %(id)s AND id = %(version_id)s

-- name: restore
UPDATE slates SET text = %(text)s, options = %(options)s, run = run + 1, status = 'complete',
                  ran = %(ran)s,
                  worker = NULL, language = %(language)s, engine = %(engine)s, noted = %(noted)s,
                  error = NULL, error_code = NULL, updated_at = now()
WHERE id = %(id)s AND deleted_at IS NULL
