-- name: overview
-- How much there is to search, and whom of those who said something the question names.
SELECT coalesce((SELECT passages FROM lexicon_totals), 0) AS total,
       coalesce((SELECT length / greatest(passages, 1) FROM lexicon_totals), 0) AS average,
       ARRAY(SELECT DISTINCT name FROM participants
             WHERE NOT is_host AND position(lower(name) IN lower(%(text)s)) > 0 LIMIT 20) AS speakers

-- name: frequencies
SELECT word, text, n FROM lexicon WHERE user_id = %(user_id)s AND word = ANY (%(words)s::integer[]) AND n > 0

-- name: beginning_with
-- The most frequent words that begin as the one being typed.
SELECT word, text, n FROM lexicon
WHERE user_id = %(user_id)s AND text >= %(beginning)s AND text < %(beginning)s || chr(1114111) AND n > 0
ORDER BY n DESC, text LIMIT %(limit)s

-- name: postings
SELECT word, own, numbers, lengths
FROM passages_with(%(words)s::integer[], %(needed)s::integer[],
                   ROW(%(since)s, %(until)s, %(kinds)s, %(conversations)s, %(languages)s, %(speakers)s,
                       %(models)s)::passage_filter)

-- name: newest_with
SELECT newest_passages_with(%(words)s::integer[], %(since)s, %(until)s, %(many)s) AS numbers

-- name: among
-- Where some frequent words stand among passages found already, as `postings` has it.
WITH found AS MATERIALIZED (
    SELECT p.number, p.length, p.words, p.around
    FROM unnest(%(numbers)s::bigint[]) AS among (number) JOIN passages p ON p.number = among.number)
SELECT w.word, true AS own, string_agg(int8send(number), '') AS numbers,
       string_agg(float4send(length), '') AS lengths
FROM unnest(%(words)s::integer[]) AS w (word) JOIN found ON w.word = ANY (found.words) GROUP BY w.word
UNION ALL
SELECT w.word, false, string_agg(int8send(number), ''), string_agg(float4send(length), '')
FROM unnest(%(words)s::integer[]) AS w (word) JOIN found ON w.word = ANY (found.around) GROUP BY w.word

-- name: through
SELECT passages_through(ROW(%(since)s, %(until)s, %(kinds)s, %(conversations)s, %(languages)s,
                            %(speakers)s, %(models)s)::passage_filter, %(many)s) AS numbers

-- name: sketched
-- What orders passages, without what is shown of them.
SELECT p.number, p.message_id, p.slate_id, p.begins, p.speaker, p.said_at
FROM unnest(%(numbers)s::bigint[]) AS wanted (number) JOIN passages p ON p.number = wanted.number
LEFT JOIN conversations c ON c.id = p.conversation_id
LEFT JOIN slates s ON s.id = p.slate_id
WHERE c.deleted_at IS NULL AND s.deleted_at IS NULL
  AND passes(p, ROW(%(since)s, %(until)s, %(kinds)s, %(conversations)s, %(languages)s, %(speakers)s,
                    %(models)s)::passage_filter)

-- name: found
SELECT p.number, p.kind, p.conversation_id, p.message_id, p.slate_id, p.begins, p.ends, p.speaker,
       p.role, p.model, p.language, p.said_at, coalesce(c.title, s.title) AS title,
       substr(coalesce(m.text, w.text), p.begins + 1, p.ends - p.begins) AS text,
       t.text AS translation, c.language AS read_in
FROM unnest(%(numbers)s::bigint[]) AS wanted (number) JOIN passages p ON p.number = wanted.number
LEFT JOIN messages m ON m.id = p.message_id
LEFT JOIN conversations c ON c.id = p.conversation_id
LEFT JOIN slates s ON s.id = p.slate_id
LEFT JOIN slate_texts w ON w.id = p.slate_id
LEFT JOIN translations t ON t.message_id = m.id AND t.language = c.language AND t.status = 'complete'
WHERE c.deleted_at IS NULL AND s.deleted_at IS NULL
  AND passes(p, ROW(%(since)s, %(until)s, %(kinds)s, %(conversations)s, %(languages)s, %(speakers)s,
                    %(models)s)::passage_filter)

-- name: newest
SELECT number FROM passages p
WHERE passes(p, ROW(%(since)s, %(until)s, %(kinds)s, %(conversations)s, %(languages)s, %(speakers)s,
                    %(models)s)::passage_filter)
ORDER BY said_at DESC, number DESC LIMIT %(many)s

-- name: about_topics
SELECT DISTINCT conversation_id FROM topics WHERE lower(topic) = ANY (%(topics)s::text[])

-- name: choices
-- What there is to filter by.
SELECT ARRAY(SELECT DISTINCT language FROM passages WHERE language IS NOT NULL) AS languages,
       ARRAY(SELECT DISTINCT model FROM passages WHERE model IS NOT NULL) AS models,
       ARRAY(SELECT DISTINCT name FROM participants WHERE NOT is_host AND name IS NOT NULL
             ORDER BY name LIMIT 200) AS people,
       ARRAY(SELECT topic FROM topics GROUP BY topic ORDER BY count(*) DESC, topic LIMIT 100) AS topics
