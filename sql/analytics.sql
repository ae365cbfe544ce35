-- name: first_said
SELECT created_at FROM counted_messages WHERE user_id = %(user_id)s ORDER BY created_at LIMIT 1

-- name: said
-- Messages by day and role, by weekday and hour, by language and role; `grouped` says which. Every
-- time zone is some quarters of an hour away: only these are turned into local time, not each message.
SELECT grouping(day, weekday, language) AS grouped, day, weekday, hour, language, role,
       sum(messages)::bigint AS messages
FROM (SELECT here::date AS day, extract(isodow FROM here)::integer AS weekday,
             extract(hour FROM here)::integer AS hour, language, role, messages
      FROM (SELECT quarter AT TIME ZONE %(zone)s AS here, language, role, messages
            FROM (SELECT date_bin('15 minutes', created_at, 'epoch') AS quarter, language, role,
                         count(*) AS messages
                  FROM counted_messages
                  WHERE user_id = %(user_id)s AND status <> 'failed'
                    AND created_at >= %(since)s AND created_at < %(until)s
                  GROUP BY 1, 2, 3) AS quarters OFFSET 0) AS local) AS spoken
GROUP BY GROUPING SETS ((day, role), (weekday, hour), (language, role))

-- name: begun
-- Conversations begun in which something was said, by day.
SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS conversations
FROM conversations
WHERE user_id = %(user_id)s AND deleted_at IS NULL AND head_id IS NOT NULL
  AND created_at >= %(since)s AND created_at < %(until)s
GROUP BY 1

-- name: durations
-- Seconds of talking in conversations begun then; a pause longer than %(pause)s seconds is none of
-- it. Only where all took longer can there be such a pause.
WITH begun AS MATERIALIZED (
    SELECT id, created_at, extract(epoch FROM updated_at - created_at)::double precision AS span
    FROM conversations
    WHERE user_id = %(user_id)s AND deleted_at IS NULL AND head_id IS NOT NULL
      AND created_at >= %(since)s AND created_at < %(until)s
), pauses AS (
    SELECT m.conversation_id, extract(epoch FROM m.created_at - lag(m.created_at)
               OVER (PARTITION BY m.conversation_id ORDER BY m.created_at))::double precision AS pause
    FROM begun b JOIN messages m ON m.conversation_id = b.id AND m.created_at >= b.created_at
    WHERE b.span > %(pause)s
)
SELECT avg(seconds) AS mean, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median
FROM (SELECT span AS seconds FROM begun WHERE span <= %(pause)s
      UNION ALL
      SELECT coalesce(sum(pause) FILTER (WHERE pause <= %(pause)s), 0) FROM pauses
      GROUP BY conversation_id) AS talks

-- name: models
-- Replies by model: tokens, tokens a second, and seconds until the first word.
SELECT provider, model, count(*) FILTER (WHERE status <> 'failed') AS replies,
       count(*) FILTER (WHERE status = 'interrupted') AS interrupted,
       count(*) FILTER (WHERE status = 'failed') AS failed,
       count(*) FILTER (WHERE status <> 'failed'
                        AND (input_tokens IS NULL OR output_tokens IS NULL)) AS unmetered,
       coalesce(sum(input_tokens), 0) AS input_tokens,
       coalesce(sum(output_tokens), 0) AS output_tokens,
       percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY wait) AS wait,
       percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY speed) AS speed
FROM (SELECT provider, model, status, input_tokens, output_tokens,
             extract(epoch FROM began_at - created_at)::double precision AS wait,
             CASE WHEN status = 'complete' AND finished_at > began_at AND output_tokens > 0 THEN
                 output_tokens / extract(epoch FROM finished_at - began_at)::double precision
             END AS speed
      FROM counted_messages
      WHERE user_id = %(user_id)s AND role = 'assistant'
        AND created_at >= %(since)s AND created_at < %(until)s) AS replies
GROUP BY provider, model

-- name: topics
-- What conversations begun then were about: the topics there are most of, by day.
WITH named AS (
    SELECT lower(t.topic) AS name, t.topic, (c.created_at AT TIME ZONE %(zone)s)::date AS day
    FROM topics t JOIN conversations c ON c.id = t.conversation_id
    WHERE t.user_id = %(user_id)s AND c.deleted_at IS NULL
      AND c.created_at >= %(since)s AND c.created_at < %(until)s
), most AS (
    SELECT name, min(topic) AS topic, count(*) AS conversations
    FROM named GROUP BY name ORDER BY conversations DESC, name LIMIT %(many)s
)
SELECT most.topic, most.conversations AS total, named.day, count(*) AS conversations
FROM most JOIN named USING (name) GROUP BY 1, 2, 3 ORDER BY total DESC, topic, day

-- name: moods
SELECT (c.created_at AT TIME ZONE %(zone)s)::date AS day, sum(s.sentiment) AS sum,
       count(*) AS conversations
FROM summaries s JOIN conversations c ON c.id = s.conversation_id
WHERE s.user_id = %(user_id)s AND s.sentiment IS NOT NULL AND c.deleted_at IS NULL
  AND c.created_at >= %(since)s AND c.created_at < %(until)s
GROUP BY 1

-- name: marks
-- Those on messages of deleted conversations are left out: they are few.
WITH gone AS MATERIALIZED (
    SELECT m.id FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.user_id = %(user_id)s AND c.deleted_at IS NOT NULL
)
SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, kind, count(*) AS marks
FROM (SELECT message_id, created_at, 'bookmark' AS kind FROM bookmarks
      WHERE user_id = %(user_id)s AND created_at >= %(since)s AND created_at < %(until)s
      UNION ALL SELECT message_id, created_at, kind FROM reactions
      WHERE user_id = %(user_id)s AND created_at >= %(since)s AND created_at < %(until)s) AS marks
WHERE message_id NOT IN (SELECT id FROM gone)
GROUP BY 1, 2
