-- How many memories there are and in how many of them a word occurs: kept, not counted for each
-- question, so that a recall costs as much among 100,000 memories as among 1,000.

CREATE TABLE memory_totals (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    memories bigint NOT NULL,               -- active ones
    length double precision NOT NULL        -- the sum of theirs
);
CREATE TABLE memory_frequencies (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    word text NOT NULL,
    memories integer NOT NULL,
    PRIMARY KEY (user_id, word)
);

-- Writers of one person's memories come one after the other. Before a row is touched: two that
-- hold rows of memories and want each other's frequencies would wait for ever.
CREATE FUNCTION queue_for_memories() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('memories ' || current_user_id(), 0));
    RETURN NULL;
END $$;
CREATE TRIGGER one_writer BEFORE INSERT OR DELETE OR UPDATE OF text, status, length ON memories
    EXECUTE FUNCTION queue_for_memories();

CREATE FUNCTION add_to_totals(whose uuid[], many bigint[], long double precision[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO memory_totals AS t
    SELECT u, sum(m), sum(l) FROM unnest(whose, many, long) AS more (u, m, l)
    GROUP BY u HAVING sum(m) <> 0 OR sum(l) <> 0 ORDER BY u
    ON CONFLICT (user_id) DO UPDATE
        SET memories = t.memories + excluded.memories, length = t.length + excluded.length
$$;

CREATE FUNCTION count_new_memories() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_totals(array_agg(user_id), array_agg(1), array_agg(length))
    FROM put_in WHERE status = 'active';
    RETURN NULL;
END $$;
CREATE FUNCTION count_changed_memories() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_totals(array_agg(user_id), array_agg(many), array_agg(length * many))
    FROM (SELECT user_id, 1 AS many, length FROM put_in WHERE status = 'active'
          UNION ALL
          SELECT user_id, -1, length FROM taken_out WHERE status = 'active') AS both_of_them;
    RETURN NULL;
END $$;
-- Of a user who is gone nothing is counted any more, hence no INSERT.
CREATE FUNCTION count_gone_memories() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE memory_totals t SET memories = t.memories - g.many, length = t.length - g.long
    FROM (SELECT user_id, count(*) AS many, sum(length::double precision) AS long
          FROM taken_out WHERE status = 'active' GROUP BY user_id) AS g
    WHERE t.user_id = g.user_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON memories
    REFERENCING NEW TABLE AS put_in EXECUTE FUNCTION count_new_memories();
CREATE TRIGGER count_changed AFTER UPDATE ON memories
    REFERENCING NEW TABLE AS put_in OLD TABLE AS taken_out
    EXECUTE FUNCTION count_changed_memories();
CREATE TRIGGER count_gone AFTER DELETE ON memories
    REFERENCING OLD TABLE AS taken_out EXECUTE FUNCTION count_gone_memories();

CREATE FUNCTION count_new_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO memory_frequencies AS f
    SELECT user_id, word, count(*) FROM put_in GROUP BY user_id, word ORDER BY user_id, word
    ON CONFLICT (user_id, word) DO UPDATE SET memories = f.memories + excluded.memories;
    RETURN NULL;
END $$;
CREATE FUNCTION count_gone_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE memory_frequencies f SET memories = f.memories - g.many
    FROM (SELECT user_id, word, count(*) AS many FROM taken_out GROUP BY user_id, word) AS g
    WHERE f.user_id = g.user_id AND f.word = g.word;
    DELETE FROM memory_frequencies f USING (SELECT DISTINCT user_id, word FROM taken_out) AS g
    WHERE f.user_id = g.user_id AND f.word = g.word AND f.memories = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON memory_words
    REFERENCING NEW TABLE AS put_in EXECUTE FUNCTION count_new_words();
CREATE TRIGGER count_gone AFTER DELETE ON memory_words
    REFERENCING OLD TABLE AS taken_out EXECUTE FUNCTION count_gone_words();

INSERT INTO memory_totals
SELECT user_id, count(*), sum(length::double precision) FROM memories WHERE status = 'active' GROUP BY user_id;
INSERT INTO memory_frequencies
SELECT user_id, word, count(*) FROM memory_words GROUP BY user_id, word;

-- What a prompt is always told of, without a look at all that is only found.
CREATE INDEX memories_always ON memories (user_id) WHERE kind = 'term' OR pinned;

ALTER TABLE memory_totals ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON memory_totals USING (user_id = current_user_id());
ALTER TABLE memory_frequencies ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON memory_frequencies USING (user_id = current_user_id());
