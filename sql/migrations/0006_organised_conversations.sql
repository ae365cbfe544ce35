-- Conversations as they are kept: organised, branched, quoted, reacted to, found by their words.

ALTER TABLE conversations
    ADD COLUMN pinned_at timestamptz,
    ADD COLUMN archived_at timestamptz,
    ADD COLUMN deleted_at timestamptz,          -- gone for its owner, who may still undo that
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN forked_from bigint REFERENCES messages ON DELETE SET NULL,
    ADD COLUMN imported_from text;              -- the application whose file it came in
CREATE INDEX conversations_listed ON conversations
    (user_id, (pinned_at IS NOT NULL) DESC, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX conversations_deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX conversations_forked ON conversations (forked_from) WHERE forked_from IS NOT NULL;

ALTER TABLE messages ADD COLUMN quote_id bigint REFERENCES messages ON DELETE SET NULL;
CREATE INDEX messages_quoting ON messages (quote_id) WHERE quote_id IS NOT NULL;

CREATE INDEX messages_answering ON messages (conversation_id) WHERE status = 'streaming';
CREATE INDEX messages_beginning ON messages (conversation_id)
    WHERE parent_id IS NULL AND participant_id IS NULL;

CREATE TABLE reactions (
    message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('like', 'love', 'funny', 'dislike')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, user_id)
);
CREATE INDEX reactions_of_user ON reactions (user_id, created_at);

CREATE TABLE bookmarks (
    message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, user_id)
);
CREATE INDEX bookmarks_of_user ON bookmarks (user_id, created_at DESC);

ALTER TABLE reactions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reactions USING (user_id = current_user_id())
    WITH CHECK (user_id = current_user_id() AND EXISTS (SELECT FROM messages m WHERE m.id = message_id));
ALTER TABLE bookmarks ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON bookmarks USING (user_id = current_user_id())
    WITH CHECK (user_id = current_user_id() AND EXISTS (SELECT FROM messages m WHERE m.id = message_id));


-- A deleted room is closed at once, though its rows wait for an undo.
CREATE OR REPLACE FUNCTION become_guest(participant uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    room uuid;
BEGIN
    SELECT p.conversation_id INTO room FROM participants p
        JOIN conversations c ON c.id = p.conversation_id AND c.deleted_at IS NULL
        WHERE p.id = participant AND NOT p.is_host;
    IF room IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PA404',
            MESSAGE = 'This room is gone. Ask the host for a new link.';
    END IF;
    PERFORM set_config('parley.participant_id', participant::text, true),
            set_config('parley.room_id', room::text, true);
END $$;

CREATE OR REPLACE FUNCTION room_behind(link_token text)
RETURNS TABLE (id uuid, user_id uuid, name text, language text, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT id, user_id, title, language, ended_at FROM conversations
    WHERE token = link_token AND deleted_at IS NULL
$$;

CREATE OR REPLACE FUNCTION participant_with(link_token text, secret_hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT p.id FROM participants p JOIN conversations c ON c.id = p.conversation_id
    WHERE p.token_hash = secret_hash AND c.token = link_token AND c.deleted_at IS NULL
$$;

CREATE OR REPLACE FUNCTION join_room(link_token text, guest_name text, guest_language text,
                                     secret_hash bytea, places integer)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    room conversations;
    guest uuid;
BEGIN
    SELECT * INTO room FROM conversations
        WHERE token = link_token AND ended_at IS NULL AND deleted_at IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM queue_for(room.id);
    UPDATE participants SET name = guest_name, language = guest_language, left_at = NULL
        WHERE conversation_id = room.id AND token_hash = secret_hash RETURNING id INTO guest;
    IF FOUND THEN
        RETURN guest;
    END IF;
    IF places <= (SELECT count(*) FROM participants WHERE conversation_id = room.id
                  AND (is_host OR (left_at IS NULL AND seen_at > now() - interval '5 minutes')))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'PA001',
            MESSAGE = 'This room has no place left. Ask the host to make room.';
    END IF;
    INSERT INTO participants (conversation_id, user_id, name, language, token_hash)
        VALUES (room.id, room.user_id, guest_name, guest_language, secret_hash)
        RETURNING id INTO guest;
    RETURN guest;
END $$;

CREATE FUNCTION forget_deleted_conversations(minutes integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH gone AS (DELETE FROM conversations
                  WHERE deleted_at < now() - make_interval(mins => minutes) RETURNING 1)
    SELECT count(*) FROM gone
$$;


-- Turns: in a conversation that goes on, at its end or beside what was said before.
CREATE OR REPLACE FUNCTION lock_for_turn(conversation uuid) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    chat conversations;
BEGIN
    SELECT * INTO chat FROM conversations
        WHERE id = conversation AND kind = 'chat' AND deleted_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PA404',
            MESSAGE = 'There is no such conversation. It may have been deleted.';
    END IF;
    IF chat.ended_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PA410',
            MESSAGE = 'This conversation has ended. Reopen it to go on.';
    END IF;
    IF EXISTS (SELECT FROM messages WHERE conversation_id = conversation AND status = 'streaming')
    THEN
        PERFORM interrupt_orphans();
        IF EXISTS (SELECT FROM messages WHERE conversation_id = conversation
                   AND status = 'streaming') THEN
            RAISE EXCEPTION USING ERRCODE = 'PA409',
                MESSAGE = 'A reply is still being written here. Wait for it or stop it first.';
        END IF;
    END IF;
    RETURN chat.head_id;
END $$;

DROP FUNCTION begin_turn(uuid, text, text, text, text, text, bigint);
-- `beside`: a message of the person's that the question stands in for, on a branch of its own.
CREATE FUNCTION begin_turn(conversation uuid, question text, question_language text,
                           first_words text, provider text, model text, worker bigint,
                           quote bigint, beside bigint)
RETURNS TABLE (conversation_id uuid, question_id bigint, reply_id bigint)
LANGUAGE plpgsql AS $$
DECLARE
    head bigint;
BEGIN
    conversation_id := conversation;
    IF conversation IS NULL THEN
        INSERT INTO conversations (user_id, kind, title)
            VALUES (current_user_id(), 'chat', first_words) RETURNING id INTO conversation_id;
    ELSE
        head := lock_for_turn(conversation);
        UPDATE conversations SET title = first_words WHERE id = conversation AND title IS NULL;
    END IF;
    IF beside IS NOT NULL THEN
        SELECT m.parent_id INTO head FROM messages m
            WHERE m.id = beside AND m.conversation_id = conversation AND m.role = 'user';
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'PA404',
                MESSAGE = 'There is no such message. It may have been deleted.';
        END IF;
    END IF;
    INSERT INTO messages (conversation_id, user_id, parent_id, role, language, text, quote_id)
        VALUES (begin_turn.conversation_id, current_user_id(), head, 'user', question_language,
                question,
                (SELECT m.id FROM messages m WHERE m.id = quote
                 AND m.conversation_id = begin_turn.conversation_id))
        RETURNING id INTO question_id;
    reply_id := begin_reply(conversation_id, question_id, provider, model, worker);
    RETURN NEXT;
END $$;

-- The end of the newest branch that goes through a message: ids grow from parent to child.
CREATE FUNCTION leaf_below(message bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE below AS (
        SELECT message AS id
      UNION ALL
        SELECT m.id FROM below b JOIN messages m ON m.parent_id = b.id
    )
    SELECT max(id) FROM below
$$;

-- A new conversation that begins with all that was said up to a message.
CREATE FUNCTION fork_conversation(message bigint, new_title text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    forked uuid;
    said messages;
    parent bigint;
    old bigint[] := '{}';
    new bigint[] := '{}';
BEGIN
    INSERT INTO conversations (user_id, kind, title, titled_by, tags, forked_from)
        SELECT c.user_id, 'chat', new_title, 'user', c.tags, m.id
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = message AND c.kind = 'chat' AND c.deleted_at IS NULL
        RETURNING id INTO forked;
    IF forked IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PA404',
            MESSAGE = 'There is no such message. It may have been deleted.';
    END IF;
    FOR said IN
        WITH RECURSIVE branch AS (
            SELECT m.* FROM messages m WHERE m.id = message
          UNION ALL
            SELECT m.* FROM branch b JOIN messages m ON m.id = b.parent_id
        )
        SELECT * FROM branch ORDER BY id
    LOOP
        INSERT INTO messages (conversation_id, user_id, parent_id, role, author, language, text,
                              status, error_code, error, provider, model, input_tokens,
                              output_tokens, remark, created_at, began_at, finished_at, quote_id)
            VALUES (forked, said.user_id, parent, said.role, said.author, said.language, said.text,
                    CASE said.status WHEN 'streaming' THEN 'interrupted' ELSE said.status END,
                    said.error_code, said.error, said.provider, said.model, said.input_tokens,
                    said.output_tokens, said.remark, said.created_at, said.began_at,
                    said.finished_at, said.quote_id)
            RETURNING id INTO parent;
        old := old || said.id;
        new := new || parent;
    END LOOP;
    UPDATE messages m SET quote_id = numbers.new
        FROM messages copy LEFT JOIN unnest(old, new) AS numbers (old, new)
            ON numbers.old = copy.quote_id
        WHERE copy.conversation_id = forked AND copy.quote_id IS NOT NULL AND m.id = copy.id;
    RETURN forked;
END $$;


-- Words as they are looked up: in small letters, without accents, split at whatever is no letter
-- or digit; scripts that write without spaces letter by letter, found as phrases of letters.
CREATE FUNCTION search_text(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    regexp_replace(
        lower(normalize(regexp_replace(normalize(left(said, 200000), NFKD),
                                       '[\u0300-\u036f]', '', 'g'), NFKC)),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uff0f]',
        ' ', 'g'),
    '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])',
    ' \1 ', 'g');

CREATE FUNCTION search_vector(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple', search_text(said));

-- Every word must be there; each is found by its beginning.
CREATE FUNCTION search_query(typed text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg('(' || phrase || ':*)', ' & ' ORDER BY phrase)::tsquery
    FROM (SELECT DISTINCT phraseto_tsquery('simple', search_text(word))::text AS phrase
          FROM regexp_split_to_table(typed, '\s+') AS word) AS words
    WHERE phrase <> ''
$$;

CREATE INDEX messages_by_words ON messages USING gin (search_vector(text))
    WHERE status <> 'streaming';
CREATE INDEX conversations_by_words ON conversations USING gin (search_vector(coalesce(title, '')));

-- Which conversations hold all the words, in the title or in one message, the latest first, each
-- with its newest such message. Row-level security would keep the index from being used: the
-- owner is asked for here instead.
CREATE FUNCTION search_conversations(typed text, many integer)
RETURNS TABLE (conversation_id uuid, message_id bigint, hits bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH found AS (
        SELECT m.conversation_id, m.id FROM messages m
        WHERE search_vector(m.text) @@ search_query(typed) AND m.status <> 'streaming'
          AND m.user_id = current_user_id()
        ORDER BY m.id DESC LIMIT 5000
    ), said AS (
        SELECT f.conversation_id, max(f.id) AS message_id, count(*) AS hits FROM found f
        GROUP BY f.conversation_id
    ), titled AS (
        SELECT c.id FROM conversations c
        WHERE search_vector(coalesce(c.title, '')) @@ search_query(typed)
          AND c.user_id = current_user_id()
    )
    SELECT c.id, s.message_id, coalesce(s.hits, 0)
    FROM conversations c LEFT JOIN said s ON s.conversation_id = c.id
    WHERE (s.conversation_id IS NOT NULL OR c.id IN (SELECT id FROM titled))
      AND c.user_id = current_user_id() AND c.deleted_at IS NULL
    ORDER BY c.updated_at DESC LIMIT many
$$;
