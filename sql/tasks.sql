-- name: begin
-- Nothing comes back where a living process does it already.
INSERT INTO task_runs AS r (task, user_id, conversation_id, status, worker)
VALUES (%(task)s, %(user_id)s, %(conversation_id)s, 'running', %(worker)s)
ON CONFLICT (task, user_id, conversation_id) DO UPDATE
    SET status = 'running', worker = excluded.worker, started_at = now(), finished_at = NULL,
        retry_at = NULL
    WHERE r.status <> 'running' OR r.worker NOT IN (SELECT living_workers())
RETURNING r.attempts

-- name: finish
UPDATE task_runs SET status = 'done', done = %(done)s, error_code = NULL, error = NULL,
                     attempts = 0, retry_at = NULL, worker = NULL, finished_at = now()
WHERE task = %(task)s AND user_id = %(user_id)s
  AND conversation_id IS NOT DISTINCT FROM %(conversation_id)s

-- name: fail
UPDATE task_runs SET status = 'failed', error_code = %(error_code)s, error = %(error)s,
                     attempts = attempts + 1, worker = NULL, finished_at = now(),
                     retry_at = now() + %(again_in)s * interval '1 second'
WHERE task = %(task)s AND user_id = %(user_id)s
  AND conversation_id IS NOT DISTINCT FROM %(conversation_id)s

-- name: give_up
-- It ended before it was done: whoever comes next does it.
DELETE FROM task_runs WHERE task = %(task)s AND user_id = %(user_id)s AND worker = %(worker)s
  AND conversation_id IS NOT DISTINCT FROM %(conversation_id)s

-- name: run
SELECT r.task, r.conversation_id, NULL::text AS title,
       CASE WHEN r.status = 'running' AND r.worker NOT IN (SELECT living_workers())
            THEN 'failed' ELSE r.status END AS status,
       r.done, r.error_code, r.error, r.attempts, r.retry_at, r.started_at, r.finished_at
FROM task_runs r
WHERE r.task = %(task)s AND r.user_id = %(user_id)s
  AND r.conversation_id IS NOT DISTINCT FROM %(conversation_id)s

-- name: latest
-- Of each task: when it ran last and what came of it, by itself or for a conversation.
SELECT task, max(coalesce(finished_at, started_at)) AS last,
       bool_or(status = 'running' AND worker IN (SELECT living_workers())) AS running,
       coalesce(sum(done) FILTER (WHERE conversation_id IS NULL), 0)::integer AS done,
       coalesce(sum(done) FILTER (WHERE conversation_id IS NOT NULL
                                  AND finished_at > now() - interval '1 day'), 0)::integer AS today
FROM task_runs WHERE user_id = %(user_id)s GROUP BY task

-- name: failures
SELECT r.task, r.conversation_id, c.title, r.status, r.done, r.error_code, r.error, r.attempts,
       r.retry_at, r.started_at, r.finished_at
FROM task_runs r LEFT JOIN conversations c ON c.id = r.conversation_id
WHERE r.user_id = %(user_id)s AND r.status = 'failed'
  AND (r.conversation_id IS NULL OR c.deleted_at IS NULL)
ORDER BY r.finished_at DESC LIMIT %(limit)s
