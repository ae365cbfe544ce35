-- Each check counts what is not as it should be; `mend_...` sets it right, where that loses nothing.

-- name: counts
SELECT (SELECT count(*) FROM users) AS users,
       (SELECT count(*) FROM conversations WHERE kind = 'chat') AS chats,
       (SELECT count(*) FROM conversations WHERE kind = 'room') AS rooms,
       (SELECT count(*) FROM participants) AS participants,
       (SELECT count(*) FROM messages) AS messages,
       (SELECT count(*) FROM translations) AS translations,
       (SELECT count(*) FROM reactions) AS reactions,
       (SELECT count(*) FROM bookmarks) AS bookmarks,
       (SELECT count(*) FROM memories) AS memories,
       (SELECT count(*) FROM slates) AS slates,
       (SELECT count(*) FROM shares) AS shared_links,
       (SELECT count(*) FROM summaries) AS summaries,
       (SELECT count(*) FROM topics) AS topics,
       (SELECT count(*) FROM profile_insights) AS insights,
       (SELECT count(*) FROM passages) AS passages,
       (SELECT count(*) FROM lexicon) AS words,
       (SELECT count(*) FROM preferences) AS settings,
       pg_database_size(current_database()) / 1000000 AS database_mb

-- name: heads
SELECT count(*) AS n FROM conversations c LEFT JOIN messages m ON m.id = c.head_id
WHERE CASE WHEN c.head_id IS NULL THEN EXISTS (SELECT FROM messages o WHERE o.conversation_id = c.id)
      ELSE m.conversation_id IS DISTINCT FROM c.id END

-- name: mend_heads
-- The newest message leads, as if it had just been said.
UPDATE conversations SET head_id = (SELECT max(o.id) FROM messages o WHERE o.conversation_id = conversations.id)
FROM conversations c LEFT JOIN messages m ON m.id = c.head_id
WHERE conversations.id = c.id
  AND CASE WHEN c.head_id IS NULL THEN EXISTS (SELECT FROM messages o WHERE o.conversation_id = c.id)
      ELSE m.conversation_id IS DISTINCT FROM c.id END

-- name: parents
SELECT count(*) AS n FROM messages m JOIN messages p ON p.id = m.parent_id
WHERE p.conversation_id <> m.conversation_id OR p.id >= m.id

-- name: quotes
SELECT count(*) AS n FROM messages m JOIN messages q ON q.id = m.quote_id
WHERE q.conversation_id <> m.conversation_id

-- name: mend_quotes
UPDATE messages m SET quote_id = NULL FROM messages q
WHERE q.id = m.quote_id AND q.conversation_id <> m.conversation_id

-- name: speakers
SELECT count(*) AS n FROM messages m JOIN participants p ON p.id = m.participant_id
WHERE p.conversation_id <> m.conversation_id

-- name: owners
-- Row-level security goes by user_id alone.
SELECT (SELECT count(*) FROM participants x JOIN conversations c ON c.id = x.conversation_id
        WHERE x.user_id <> c.user_id)
     + (SELECT count(*) FROM messages x JOIN conversations c ON c.id = x.conversation_id
        WHERE x.user_id <> c.user_id)
     + (SELECT count(*) FROM translations x JOIN conversations c ON c.id = x.conversation_id
        WHERE x.user_id <> c.user_id)
     + (SELECT count(*) FROM shares x JOIN conversations c ON c.id = x.conversation_id
        WHERE x.user_id <> c.user_id)
     + (SELECT count(*) FROM summaries x JOIN conversations c ON c.id = x.conversation_id
        WHERE x.user_id <> c.user_id)
     + (SELECT count(*) FROM topics x JOIN conversations c ON c.id = x.conversation_id
        WHERE x.user_id <> c.user_id)
     + (SELECT count(*) FROM reactions x JOIN messages m ON m.id = x.message_id
        WHERE x.user_id <> m.user_id)
     + (SELECT count(*) FROM bookmarks x JOIN messages m ON m.id = x.message_id
        WHERE x.user_id <> m.user_id)
     + (SELECT count(*) FROM memory_uses x JOIN messages m ON m.id = x.message_id
        WHERE x.user_id <> m.user_id)
     + (SELECT count(*) FROM sources x JOIN messages m ON m.id = x.message_id
        WHERE x.user_id <> m.user_id)
     + (SELECT count(*) FROM profile_evidence x JOIN messages m ON m.id = x.message_id
        WHERE x.user_id <> m.user_id)
     + (SELECT count(*) FROM passages x JOIN messages m ON m.id = x.message_id
        WHERE x.user_id <> m.user_id)
     + (SELECT count(*) FROM slate_parts x JOIN slates s ON s.id = x.slate_id
        WHERE x.user_id <> s.user_id)
     + (SELECT count(*) FROM slate_versions x JOIN slates s ON s.id = x.slate_id
        WHERE x.user_id <> s.user_id) AS n

-- name: translations
SELECT count(*) AS n FROM translations t JOIN messages m ON m.id = t.message_id
WHERE t.conversation_id <> m.conversation_id

-- name: mend_translations
UPDATE translations t SET conversation_id = m.conversation_id FROM messages m
WHERE m.id = t.message_id AND t.conversation_id <> m.conversation_id

-- name: shares
SELECT count(*) AS n FROM shares s
LEFT JOIN messages h ON h.id = s.head_id LEFT JOIN messages b ON b.id = s.from_id
WHERE s.revoked_at IS NULL
  AND (h.conversation_id <> s.conversation_id OR b.conversation_id <> s.conversation_id)

-- name: mend_shares
-- It would show what was never shared.
UPDATE shares s SET revoked_at = now()
WHERE s.revoked_at IS NULL AND EXISTS (
    SELECT FROM messages m WHERE m.id IN (s.head_id, s.from_id) AND m.conversation_id <> s.conversation_id)

-- name: summaries
SELECT count(*) AS n FROM summaries s
LEFT JOIN messages m ON m.id = s.until_id AND m.conversation_id = s.conversation_id
WHERE m.id IS NULL AND s.until_id <> 0

-- name: mend_summaries
-- As far as they can have known; they are then made anew.
UPDATE summaries s SET until_id = coalesce(
    (SELECT max(m.id) FROM messages m WHERE m.conversation_id = s.conversation_id AND m.id < s.until_id), 0)
WHERE s.until_id <> 0 AND NOT EXISTS (
    SELECT FROM messages m WHERE m.id = s.until_id AND m.conversation_id = s.conversation_id)

-- name: topics
SELECT count(*) AS n FROM topics t
WHERE NOT EXISTS (SELECT FROM summaries s WHERE s.conversation_id = t.conversation_id)

-- name: mend_topics
DELETE FROM topics t
WHERE NOT EXISTS (SELECT FROM summaries s WHERE s.conversation_id = t.conversation_id)

-- name: memories
SELECT count(*) AS n FROM memories x JOIN messages m ON m.id = x.message_id
WHERE x.conversation_id IS DISTINCT FROM m.conversation_id

-- name: mend_memories
UPDATE memories x SET conversation_id = m.conversation_id FROM messages m
WHERE m.id = x.message_id AND x.conversation_id IS DISTINCT FROM m.conversation_id

-- name: sources
SELECT count(DISTINCT s.message_id) AS n FROM sources s
WHERE NOT EXISTS (SELECT FROM lookups l WHERE l.message_id = s.message_id)

-- name: unfinished
-- What is being written by a process that is gone.
SELECT (SELECT count(*) FROM messages
        WHERE status = 'streaming' AND worker NOT IN (SELECT living_workers()))
     + (SELECT count(*) FROM translations
        WHERE status = 'running' AND worker NOT IN (SELECT living_workers())) AS n

-- name: mend_unfinished
SELECT count(*) FROM interrupt_orphans()

-- name: unread
-- Reading takes a second or two; a minute is no waiting any more.
SELECT count(*) AS n FROM unread_passages WHERE since < now() - interval '1 minute'

-- name: unfound
-- What has words and was never read.
SELECT (SELECT count(*) FROM messages m LEFT JOIN messages q ON q.id = m.parent_id
        WHERE m.status IN ('complete', 'interrupted') AND m.text ~ '[[:alnum:]]'
          AND m.asks IS NULL AND (m.role = 'user' OR q.asks IS NULL)
          AND NOT EXISTS (SELECT FROM passages p WHERE p.message_id = m.id)
          AND NOT EXISTS (SELECT FROM unread_passages u WHERE u.message_id = m.id))
     + (SELECT count(*) FROM slates s
        WHERE s.deleted_at IS NULL AND s.status <> 'running' AND s.text ~ '[[:alnum:]]'
          AND NOT EXISTS (SELECT FROM passages p WHERE p.slate_id = s.id)
          AND NOT EXISTS (SELECT FROM unread_passages u WHERE u.slate_id = s.id)) AS n

-- name: mend_unfound
INSERT INTO unread_passages (user_id, message_id, slate_id)
    SELECT m.user_id, m.id, NULL FROM messages m LEFT JOIN messages q ON q.id = m.parent_id
    WHERE m.status IN ('complete', 'interrupted') AND m.text ~ '[[:alnum:]]'
      AND m.asks IS NULL AND (m.role = 'user' OR q.asks IS NULL)
      AND NOT EXISTS (SELECT FROM passages p WHERE p.message_id = m.id)
  UNION ALL
    SELECT s.user_id, NULL, s.id FROM slates s
    WHERE s.deleted_at IS NULL AND s.status <> 'running' AND s.text ~ '[[:alnum:]]'
      AND NOT EXISTS (SELECT FROM passages p WHERE p.slate_id = s.id)
ON CONFLICT DO NOTHING

-- name: words
WITH recount AS (
    SELECT p.user_id, w.word, count(*) AS n FROM passages p CROSS JOIN unnest(p.words || p.around) AS w (word)
    GROUP BY 1, 2)
SELECT count(*) AS n FROM recount r
FULL JOIN (SELECT * FROM lexicon WHERE n <> 0) AS l ON l.user_id = r.user_id AND l.word = r.word
WHERE r.n IS DISTINCT FROM l.n

-- name: mend_lost_words
-- The number of a word does not tell the word: what it stands in is read again.
INSERT INTO unread_passages (user_id, message_id, slate_id)
    SELECT DISTINCT p.user_id, p.message_id, p.slate_id
    FROM passages p CROSS JOIN unnest(p.words || p.around) AS w (word)
    LEFT JOIN lexicon l ON l.user_id = p.user_id AND l.word = w.word WHERE l.word IS NULL
ON CONFLICT DO NOTHING

-- name: mend_words
LOCK TABLE passages, lexicon IN SHARE ROW EXCLUSIVE MODE;
WITH recount AS (
    SELECT p.user_id, w.word, count(*) AS n FROM passages p CROSS JOIN unnest(p.words || p.around) AS w (word)
    GROUP BY 1, 2)
UPDATE lexicon l SET n = coalesce(r.n, 0)
FROM lexicon o LEFT JOIN recount r ON r.user_id = o.user_id AND r.word = o.word
WHERE o.user_id = l.user_id AND o.word = l.word AND l.n <> coalesce(r.n, 0)

-- name: totals
SELECT count(*) AS n FROM (
    SELECT user_id, count(*) AS passages, sum(length::double precision) AS length
    FROM passages GROUP BY user_id) AS r
FULL JOIN (SELECT * FROM lexicon_totals WHERE passages <> 0) AS l ON l.user_id = r.user_id
WHERE r.passages IS DISTINCT FROM l.passages OR abs(r.length - l.length) > 1e-6 * (1 + r.length)

-- name: mend_totals
LOCK TABLE passages, lexicon_totals IN SHARE ROW EXCLUSIVE MODE;
UPDATE lexicon_totals SET passages = 0, length = 0;
INSERT INTO lexicon_totals (user_id, passages, length)
    SELECT user_id, count(*), sum(length::double precision) FROM passages GROUP BY user_id
ON CONFLICT (user_id) DO UPDATE SET passages = excluded.passages, length = excluded.length
