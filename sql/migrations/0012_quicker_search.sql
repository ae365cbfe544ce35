-- Looking up frequent words among very many passages.

DROP FUNCTION passages_with(integer[], integer[], passage_filter);

-- Where words stand, those of `needed` all of them: by word and by whether the passage itself has
-- it; numbers and lengths as bytes, most significant first. Row-level security would keep the index
-- from being used: the owner is asked for here.
CREATE FUNCTION passages_with(wanted integer[], needed integer[], filter passage_filter)
RETURNS TABLE (word integer, own boolean, numbers bytea, lengths bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT w.word, true, found.numbers, found.lengths FROM unnest(wanted) AS w (word)
    CROSS JOIN LATERAL (
        SELECT string_agg(int8send(p.number), '') AS numbers,
               string_agg(float4send(p.length), '') AS lengths FROM passages p
        WHERE p.words @> ARRAY[w.word] AND p.user_id = (SELECT current_user_id())
          AND passes(p, filter) AND (needed = '{}' OR p.words @> needed)) AS found
    WHERE found.numbers IS NOT NULL
  UNION ALL
    SELECT w.word, false, found.numbers, found.lengths FROM unnest(wanted) AS w (word)
    CROSS JOIN LATERAL (
        SELECT string_agg(int8send(p.number), '') AS numbers,
               string_agg(float4send(p.length), '') AS lengths FROM passages p
        WHERE p.around @> ARRAY[w.word] AND p.user_id = (SELECT current_user_id())
          AND passes(p, filter) AND (needed = '{}' OR p.words @> needed)) AS found
    WHERE found.numbers IS NOT NULL
$$;

-- The newest passages that have any of some frequent words themselves: from the newest back, not
-- through the index of words, which knows no order.
CREATE FUNCTION newest_passages_with(wanted integer[], since timestamptz, until timestamptz,
                                     many integer) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce(array_agg(number), '{}') FROM (
        SELECT p.number FROM passages p
        WHERE p.user_id = (SELECT current_user_id()) AND (p.words && wanted) IS TRUE
          AND p.said_at >= coalesce(since, '-infinity') AND p.said_at < coalesce(until, 'infinity')
        ORDER BY p.said_at DESC LIMIT many) AS newest
$$;

-- Who one is, asked once a query and not once a row.
ALTER POLICY own ON passages USING (user_id = (SELECT current_user_id()));
ALTER POLICY own ON participants USING (user_id = (SELECT current_user_id()));
ALTER POLICY guest_reads ON participants USING (conversation_id = (SELECT current_room_id()));
