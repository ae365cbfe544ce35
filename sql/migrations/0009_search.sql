-- Everything said and written, as it is found: by words here, by meaning in the index.

-- A piece of a message or slate, short enough to mean one thing. The words are numbers (see
-- core/intelligence/search/lexicon): a row of numbers is small, and no other user's words are
-- among them. Arrays lie apart from the rest of a row, which many questions run through.
CREATE TABLE passages (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,   -- what the indexes know it by
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('chat', 'room', 'slate')),
    conversation_id uuid REFERENCES conversations ON DELETE CASCADE,
    message_id bigint REFERENCES messages ON DELETE CASCADE,
    slate_id uuid REFERENCES slates ON DELETE CASCADE,
    begins integer NOT NULL,          -- characters of the text it is of
    ends integer NOT NULL,
    speaker text,                     -- a guest, or whose words were brought along; NULL: the host or an AI
    role text NOT NULL CHECK (role IN ('user', 'assistant', 'guest')),
    model text,
    language text,
    said_at timestamptz NOT NULL,
    length real NOT NULL,             -- the sum of what its words count
    digest bytea NOT NULL,            -- of its text
    indexed_as text,                  -- index and embedder it is there with; NULL: it is not
    words integer[] NOT NULL,         -- its own; of a translation for the host, too
    around integer[] NOT NULL,        -- what only its neighbours say, or the title
    CHECK ((message_id IS NULL) <> (slate_id IS NULL))
) WITH (toast_tuple_target = 128);
ALTER TABLE passages ALTER words SET STORAGE EXTERNAL, ALTER around SET STORAGE EXTERNAL;
CREATE INDEX passages_of_message ON passages (message_id);
CREATE INDEX passages_of_slate ON passages (slate_id) WHERE slate_id IS NOT NULL;
CREATE INDEX passages_of_conversation ON passages (conversation_id);
CREATE INDEX passages_by_time ON passages (user_id, said_at DESC);
CREATE INDEX passages_missing ON passages (user_id, number DESC) WHERE indexed_as IS NULL;
CREATE INDEX passages_by_words ON passages USING gin (words) WITH (fastupdate = off);
CREATE INDEX passages_by_neighbours ON passages USING gin (around) WITH (fastupdate = off);

-- In how many passages of somebody each word stands. Kept up by the triggers below.
CREATE TABLE lexicon (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    word integer NOT NULL,
    text text COLLATE "C" NOT NULL,
    n integer NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, word)
);
CREATE INDEX lexicon_by_text ON lexicon (user_id, text);

CREATE TABLE lexicon_totals (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    passages bigint NOT NULL DEFAULT 0,
    length double precision NOT NULL DEFAULT 0
);

-- What has changed and is to be read anew.
CREATE TABLE unread_passages (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    message_id bigint REFERENCES messages ON DELETE CASCADE,
    slate_id uuid REFERENCES slates ON DELETE CASCADE,
    since timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (message_id, slate_id),
    CHECK ((message_id IS NULL) <> (slate_id IS NULL))
);
CREATE INDEX unread_passages_of_user ON unread_passages (user_id);
CREATE INDEX unread_passages_of_slate ON unread_passages (slate_id) WHERE slate_id IS NOT NULL;

-- Passages that are gone, as long as they are in the index.
CREATE TABLE gone_passages (
    number bigint PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE
);
CREATE INDEX gone_passages_of_user ON gone_passages (user_id);

ALTER TABLE passages ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON passages USING (user_id = current_user_id());
ALTER TABLE lexicon ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON lexicon USING (user_id = current_user_id());
ALTER TABLE lexicon_totals ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON lexicon_totals USING (user_id = current_user_id());
ALTER TABLE unread_passages ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON unread_passages USING (user_id = current_user_id());
ALTER TABLE gone_passages ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON gone_passages USING (user_id = current_user_id());


-- Counting. The words of a statement are counted in the order of their numbers, so that two that
-- count at once wait for each other instead of both for ever.
CREATE FUNCTION count_words(owners uuid[], numbers integer[], times integer[]) RETURNS void
LANGUAGE sql AS $$
    WITH locked AS (
        SELECT l.user_id, l.word, c.times FROM unnest(owners, numbers, times) AS c (owner, word, times)
        JOIN lexicon l ON l.user_id = c.owner AND l.word = c.word
        ORDER BY l.user_id, l.word FOR UPDATE OF l)
    UPDATE lexicon l SET n = l.n + locked.times FROM locked
    WHERE l.user_id = locked.user_id AND l.word = locked.word AND locked.times <> 0
$$;

CREATE FUNCTION count_new_passages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_words(array_agg(user_id), array_agg(word), array_agg(times)) FROM (
        SELECT p.user_id, w.word, count(*)::integer AS times
        FROM new_rows p CROSS JOIN unnest(p.words || p.around) AS w (word) GROUP BY 1, 2) AS counted;
    INSERT INTO lexicon_totals AS t (user_id, passages, length)
        SELECT user_id, count(*), sum(length) FROM new_rows GROUP BY user_id ORDER BY user_id
        ON CONFLICT (user_id) DO UPDATE
            SET passages = t.passages + excluded.passages, length = t.length + excluded.length;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new_passages AFTER INSERT ON passages REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_new_passages();

CREATE FUNCTION count_changed_passage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_words(array_agg(NEW.user_id), array_agg(word), array_agg(times)) FROM (
        SELECT word, sum(times)::integer AS times FROM (
            SELECT unnest(NEW.words || NEW.around) AS word, 1 AS times
          UNION ALL
            SELECT unnest(OLD.words || OLD.around), -1) AS both_ways
        GROUP BY word HAVING sum(times) <> 0) AS counted;
    UPDATE lexicon_totals SET length = length + (NEW.length - OLD.length)
        WHERE user_id = NEW.user_id AND NEW.length <> OLD.length;
    RETURN NULL;
END $$;
CREATE TRIGGER count_changed_passage AFTER UPDATE OF words, around ON passages
    FOR EACH ROW EXECUTE FUNCTION count_changed_passage();

CREATE FUNCTION count_gone_passages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_words(array_agg(user_id), array_agg(word), array_agg(times)) FROM (
        SELECT p.user_id, w.word, -count(*)::integer AS times
        FROM old_rows p CROSS JOIN unnest(p.words || p.around) AS w (word) GROUP BY 1, 2) AS counted;
    DELETE FROM lexicon WHERE n <= 0 AND (user_id, word) IN (
        SELECT p.user_id, unnest(p.words || p.around) FROM old_rows p);
    UPDATE lexicon_totals t SET passages = t.passages - c.fewer, length = t.length - c.shorter FROM (
        SELECT user_id, count(*) AS fewer, sum(length) AS shorter FROM old_rows GROUP BY user_id) AS c
    WHERE t.user_id = c.user_id;
    INSERT INTO gone_passages (number, user_id)
        SELECT o.number, o.user_id FROM old_rows o JOIN users u ON u.id = o.user_id
        WHERE o.indexed_as IS NOT NULL ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER count_gone_passages AFTER DELETE ON passages REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_gone_passages();


-- Whatever is said or written is to be read: the note is part of the change.
CREATE FUNCTION note_unread(owner uuid, message bigint, slate uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO unread_passages (user_id, message_id, slate_id) VALUES (owner, message, slate)
        ON CONFLICT (message_id, slate_id) DO UPDATE SET since = now();
    SELECT pg_notify('parley_events', json_build_object(
        'topic', '00000000-0000-0000-0000-000000000000', 'kind', 'unread',
        'payload', json_build_object('user', owner))::text)
$$;

CREATE FUNCTION message_is_unread() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM note_unread(NEW.user_id, NEW.id, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER message_is_unread AFTER INSERT ON messages
    FOR EACH ROW WHEN (NEW.status IN ('complete', 'interrupted'))
    EXECUTE FUNCTION message_is_unread();
CREATE TRIGGER changed_message_is_unread AFTER UPDATE OF text, status ON messages
    FOR EACH ROW WHEN (NEW.status IN ('complete', 'interrupted')
                       AND (OLD.text, OLD.status) IS DISTINCT FROM (NEW.text, NEW.status))
    EXECUTE FUNCTION message_is_unread();

CREATE FUNCTION translation_is_unread() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM note_unread(NEW.user_id, NEW.message_id, NULL) FROM conversations c
        WHERE c.id = NEW.conversation_id AND c.language = NEW.language;
    RETURN NULL;
END $$;
CREATE TRIGGER translation_is_unread AFTER INSERT OR UPDATE OF text, status ON translations
    FOR EACH ROW WHEN (NEW.status = 'complete') EXECUTE FUNCTION translation_is_unread();

-- The title belongs to what was said first.
CREATE FUNCTION title_is_unread() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM note_unread(NEW.user_id, first.id, NULL) FROM (
        SELECT id FROM messages WHERE conversation_id = NEW.id AND status IN ('complete', 'interrupted')
        ORDER BY id LIMIT 1) AS first;
    RETURN NULL;
END $$;
CREATE TRIGGER title_is_unread AFTER UPDATE OF title ON conversations
    FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title) EXECUTE FUNCTION title_is_unread();

CREATE FUNCTION slate_is_unread() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM note_unread(NEW.user_id, NULL, NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER slate_is_unread AFTER INSERT OR UPDATE OF text, title, status ON slates
    FOR EACH ROW WHEN (NEW.status <> 'running') EXECUTE FUNCTION slate_is_unread();


-- Who has something to be read.
CREATE FUNCTION unread_by_user() RETURNS TABLE (user_id uuid, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT user_id, count(*) FROM unread_passages GROUP BY user_id
$$;

-- All that was ever said is to be read again.
CREATE FUNCTION read_everything_again() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH noted AS (
        INSERT INTO unread_passages (user_id, message_id, slate_id)
            SELECT user_id, id, NULL FROM messages WHERE status IN ('complete', 'interrupted')
          UNION ALL
            SELECT user_id, NULL, id FROM slates WHERE deleted_at IS NULL
        ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*) FROM noted
$$;
SELECT read_everything_again();

-- Whose passages are not in the index as they are now, and how many; with `anew` all that should be.
CREATE FUNCTION unindexed_passages(index_mark text, anew boolean)
RETURNS TABLE (user_id uuid, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT user_id, sum(n)::bigint FROM (
        SELECT p.user_id, count(*) AS n FROM passages p
        WHERE anew OR p.indexed_as IS DISTINCT FROM index_mark GROUP BY 1
      UNION ALL
        SELECT g.user_id, count(*) FROM gone_passages g GROUP BY 1) AS both_kinds
    GROUP BY user_id
$$;

CREATE FUNCTION any_passages() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT EXISTS (SELECT FROM passages) OR EXISTS (SELECT FROM gone_passages)
$$;

CREATE FUNCTION unindex_passages() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH stale AS (
        UPDATE passages SET indexed_as = '' WHERE indexed_as IS NOT NULL RETURNING 1)
    SELECT count(*) FROM stale
$$;


-- A slate as it is found: the text, and what was made of it.
CREATE VIEW slate_texts WITH (security_invoker = true) AS
    SELECT s.id, concat_ws(E'\n\n', s.text, string_agg(p.result, E'\n\n' ORDER BY p.place)) AS text
    FROM slates s LEFT JOIN slate_parts p ON p.slate_id = s.id AND p.result <> '' GROUP BY s.id;

-- Looking. What is asked for beside the words; NULL: whatever it is.
CREATE TYPE passage_filter AS (
    since timestamptz,
    until timestamptz,
    kinds text[],
    conversations uuid[],
    languages text[],
    speakers text[],                  -- small letters; '' the host's own words
    models text[]
);

CREATE FUNCTION passes(p passages, f passage_filter) RETURNS boolean LANGUAGE sql STABLE
RETURN (f.since IS NULL OR p.said_at >= f.since) AND (f.until IS NULL OR p.said_at < f.until)
   AND (f.kinds IS NULL OR p.kind = ANY (f.kinds))
   AND (f.conversations IS NULL OR p.conversation_id = ANY (f.conversations))
   AND (f.languages IS NULL OR p.language = ANY (f.languages))
   AND (f.models IS NULL OR p.model = ANY (f.models))
   AND (f.speakers IS NULL OR CASE p.role WHEN 'assistant' THEN false
        ELSE lower(coalesce(p.speaker, '')) = ANY (f.speakers) END);

-- Where words stand, those of `needed` all of them: by word and by whether the passage itself has
-- it. Row-level security would keep the index from being used: the owner is asked for here.
CREATE FUNCTION passages_with(wanted integer[], needed integer[], filter passage_filter)
RETURNS TABLE (word integer, own boolean, numbers bigint[], lengths real[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT w.word, true, found.numbers, found.lengths FROM unnest(wanted) AS w (word)
    CROSS JOIN LATERAL (
        SELECT array_agg(p.number) AS numbers, array_agg(p.length) AS lengths FROM passages p
        WHERE p.words @> ARRAY[w.word] AND p.user_id = current_user_id() AND passes(p, filter)
          AND (needed = '{}' OR p.words @> needed)) AS found
    WHERE found.numbers IS NOT NULL
  UNION ALL
    SELECT w.word, false, found.numbers, found.lengths FROM unnest(wanted) AS w (word)
    CROSS JOIN LATERAL (
        SELECT array_agg(p.number) AS numbers, array_agg(p.length) AS lengths FROM passages p
        WHERE p.around @> ARRAY[w.word] AND p.user_id = current_user_id() AND passes(p, filter)
          AND (needed = '{}' OR p.words @> needed)) AS found
    WHERE found.numbers IS NOT NULL
$$;

-- The numbers of passages a filter lets through, no more than `many`.
CREATE FUNCTION passages_through(filter passage_filter, many integer) RETURNS bigint[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(number), '{}') FROM (
        SELECT p.number FROM passages p WHERE p.user_id = current_user_id() AND passes(p, filter)
        LIMIT many) AS through
$$;


-- Questions to everything that was said.

ALTER TABLE messages ADD COLUMN asks jsonb;     -- a question to it: time_zone; NULL: to the model alone

-- What was looked for before a reply was written.
CREATE TABLE lookups (
    message_id bigint PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    searched jsonb NOT NULL                     -- queries, people, rooms, since, until, found
);

-- What a reply was told, by the number it cites it with.
CREATE TABLE sources (
    message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
    number smallint NOT NULL,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    of_message bigint REFERENCES messages ON DELETE CASCADE,
    of_slate uuid REFERENCES slates ON DELETE CASCADE,
    of_memory uuid REFERENCES memories ON DELETE CASCADE,
    excerpt text NOT NULL,
    cited boolean NOT NULL DEFAULT false,
    PRIMARY KEY (message_id, number)
);
CREATE INDEX sources_of_message ON sources (of_message);
CREATE INDEX sources_of_slate ON sources (of_slate) WHERE of_slate IS NOT NULL;
CREATE INDEX sources_of_memory ON sources (of_memory) WHERE of_memory IS NOT NULL;

ALTER TABLE lookups ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON lookups USING (user_id = current_user_id());
ALTER TABLE sources ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sources USING (user_id = current_user_id());
