-- People, conversations, messages, rooms and their translations.
--
-- Every table that holds somebody's data carries the owner in user_id and is guarded by
-- row-level security. The app works as the role parley_app, which owns nothing and
-- bypasses nothing; a connection says who it is for with become_user or become_guest.

CREATE FUNCTION current_user_id() RETURNS uuid LANGUAGE sql STABLE
RETURN nullif(current_setting('parley.user_id', true), '')::uuid;

CREATE FUNCTION current_participant_id() RETURNS uuid LANGUAGE sql STABLE
RETURN nullif(current_setting('parley.participant_id', true), '')::uuid;

CREATE FUNCTION current_room_id() RETURNS uuid LANGUAGE sql STABLE
RETURN nullif(current_setting('parley.room_id', true), '')::uuid;


CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    handle text NOT NULL UNIQUE,
    name text,
    language text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE conversations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('chat', 'room')),
    title text,
    titled_by text NOT NULL DEFAULT 'first words' CHECK (titled_by IN ('first words', 'ai', 'user')),
    language text,                    -- a room: what its host reads
    token text UNIQUE,                -- a room: what its link holds
    head_id bigint,                   -- newest message of the visible branch
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CHECK ((kind = 'room') = (token IS NOT NULL))
);
CREATE INDEX conversations_by_activity ON conversations (user_id, kind, updated_at DESC);

CREATE TABLE participants (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    is_host boolean NOT NULL DEFAULT false,
    name text,
    language text NOT NULL,
    token_hash bytea UNIQUE,          -- SHA-256; the host has none
    online boolean NOT NULL DEFAULT false,
    joined_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    left_at timestamptz
);
CREATE UNIQUE INDEX participants_host ON participants (conversation_id) WHERE is_host;
CREATE INDEX participants_of_conversation ON participants (conversation_id);

CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    parent_id bigint REFERENCES messages ON DELETE CASCADE,
    participant_id uuid REFERENCES participants ON DELETE SET NULL,
    role text NOT NULL CHECK (role IN ('user', 'assistant')),
    author text,
    language text,
    text text NOT NULL,
    status text NOT NULL DEFAULT 'complete'
        CHECK (status IN ('streaming', 'complete', 'interrupted', 'failed')),
    error_code text,
    error text,
    provider text,
    model text,
    input_tokens integer,
    output_tokens integer,
    worker bigint,                    -- the process that streams it
    nonce text,                       -- a client's own id, so that a resent message is kept once
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX messages_of_conversation ON messages (conversation_id, id);
CREATE INDEX messages_of_parent ON messages (parent_id);
CREATE INDEX messages_streaming ON messages (worker) WHERE status = 'streaming';
CREATE INDEX messages_of_participant ON messages (participant_id, created_at);
CREATE UNIQUE INDEX messages_nonce ON messages (conversation_id, participant_id, nonce);

CREATE TABLE translations (
    message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
    language text NOT NULL,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    status text NOT NULL CHECK (status IN ('running', 'complete', 'failed')),
    text text NOT NULL DEFAULT '',
    engine text,
    error_code text,
    worker bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (message_id, language)
);
CREATE INDEX translations_of_conversation ON translations (conversation_id, message_id);

CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic uuid NOT NULL,              -- a conversation or a user
    kind text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_of_topic ON events (topic, id);
CREATE INDEX events_by_age ON events (created_at);


-- Writers of one topic wait for each other, so that ids show up in the order they grow and
-- "everything after N" misses nothing.
CREATE FUNCTION queue_for(topic uuid) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended(topic::text, 0))
$$;

-- Keep an event and tell every process. A notification holds 8,000 bytes at most; a larger
-- payload is read back by id.
CREATE FUNCTION publish(topic uuid, kind text, payload jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    event_id bigint;
    note text;
BEGIN
    PERFORM queue_for(topic);
    INSERT INTO events (topic, kind, payload) VALUES (publish.topic, publish.kind, publish.payload)
        RETURNING id INTO event_id;
    note := jsonb_build_object('id', event_id, 'topic', topic, 'kind', kind, 'payload', payload)::text;
    IF octet_length(note) > 7900 THEN
        note := jsonb_build_object('id', event_id, 'topic', topic, 'kind', kind)::text;
    END IF;
    PERFORM pg_notify('parley_events', note);
    RETURN event_id;
END $$;

-- The newest message leads its conversation and moves it up the list.
CREATE FUNCTION lead_conversation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE conversations SET head_id = NEW.id, updated_at = now() WHERE id = NEW.conversation_id;
    RETURN NULL;
END $$;
CREATE TRIGGER lead_conversation AFTER INSERT ON messages
    FOR EACH ROW EXECUTE FUNCTION lead_conversation();


-- Who a transaction is for.
CREATE FUNCTION become_user(id uuid) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('parley.user_id', id::text, true)
$$;

CREATE FUNCTION become_guest(participant uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    room uuid;
BEGIN
    SELECT conversation_id INTO room FROM participants WHERE id = participant AND NOT is_host;
    IF room IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PA404',
            MESSAGE = 'This room is gone. Ask the host for a new link.';
    END IF;
    PERFORM set_config('parley.participant_id', participant::text, true),
            set_config('parley.room_id', room::text, true);
END $$;

-- The few things done before anyone is somebody.
CREATE FUNCTION local_user(wanted_handle text) RETURNS uuid LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    INSERT INTO users (handle) VALUES (wanted_handle)
    ON CONFLICT (handle) DO UPDATE SET handle = excluded.handle RETURNING id
$$;

CREATE FUNCTION room_behind(link_token text)
RETURNS TABLE (id uuid, user_id uuid, name text, language text, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT id, user_id, title, language, ended_at FROM conversations WHERE token = link_token
$$;

CREATE FUNCTION join_room(link_token text, guest_name text, guest_language text, secret_hash bytea,
                          places integer)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    room conversations;
    guest uuid;
BEGIN
    SELECT * INTO room FROM conversations WHERE token = link_token AND ended_at IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM queue_for(room.id);
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

CREATE FUNCTION participant_with(link_token text, secret_hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT p.id FROM participants p JOIN conversations c ON c.id = p.conversation_id
    WHERE p.token_hash = secret_hash AND c.token = link_token
$$;

-- Replies and translations whose process is gone. A living process holds the advisory
-- lock (20559, worker) on its listening connection.
CREATE FUNCTION living_workers() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 20559 AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
$$;

CREATE FUNCTION interrupt_orphans() RETURNS TABLE (message_id bigint, conversation_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE translations SET status = 'failed', error_code = 'interrupted', finished_at = now()
        WHERE status = 'running' AND worker NOT IN (SELECT living_workers());
    UPDATE messages SET status = 'interrupted', error_code = 'process_ended', finished_at = now()
        WHERE status = 'streaming' AND worker NOT IN (SELECT living_workers())
        RETURNING id, messages.conversation_id
$$;

-- Turns: a question and the reply that begins, in one round trip.
CREATE FUNCTION lock_for_turn(conversation uuid) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head bigint;
BEGIN
    SELECT head_id INTO head FROM conversations
        WHERE id = conversation AND kind = 'chat' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PA404',
            MESSAGE = 'There is no such conversation. It may have been deleted.';
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
    RETURN head;
END $$;

CREATE FUNCTION announce_turn(conversation uuid, question bigint, reply bigint) RETURNS void
LANGUAGE sql AS $$
    SELECT publish(conversation, 'turn',
                   jsonb_build_object('question_id', question, 'message_id', reply)),
           publish(current_user_id(), 'conversation', jsonb_build_object('id', conversation))
$$;

CREATE FUNCTION begin_reply(conversation uuid, question bigint, provider text, model text,
                            worker bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    reply bigint;
BEGIN
    INSERT INTO messages (conversation_id, user_id, parent_id, role, author, text, status,
                          provider, model, worker)
        VALUES (conversation, current_user_id(), question, 'assistant', begin_reply.model, '',
                'streaming', begin_reply.provider, begin_reply.model, begin_reply.worker)
        RETURNING id INTO reply;
    PERFORM announce_turn(conversation, question, reply);
    RETURN reply;
END $$;

CREATE FUNCTION begin_turn(conversation uuid, question text, question_language text,
                           first_words text, provider text, model text, worker bigint)
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
    INSERT INTO messages (conversation_id, user_id, parent_id, role, language, text)
        VALUES (begin_turn.conversation_id, current_user_id(), head, 'user', question_language,
                question)
        RETURNING id INTO question_id;
    reply_id := begin_reply(conversation_id, question_id, provider, model, worker);
    RETURN NEXT;
END $$;

CREATE FUNCTION forget_old_events(days integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    WITH gone AS (DELETE FROM events WHERE created_at < now() - make_interval(days => days) RETURNING 1)
    SELECT count(*) FROM gone
$$;


-- Row-level security: the owner everything, a guest the room.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users USING (id = current_user_id());

ALTER TABLE conversations ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON conversations USING (user_id = current_user_id());
CREATE POLICY guest_reads ON conversations FOR SELECT USING (id = current_room_id());

ALTER TABLE participants ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON participants USING (user_id = current_user_id());
CREATE POLICY guest_reads ON participants FOR SELECT USING (conversation_id = current_room_id());
CREATE POLICY guest_is_self ON participants FOR UPDATE USING (id = current_participant_id())
    WITH CHECK (conversation_id = current_room_id() AND NOT is_host);

ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON messages USING (user_id = current_user_id());
CREATE POLICY guest_reads ON messages FOR SELECT USING (conversation_id = current_room_id());
CREATE POLICY guest_says ON messages FOR INSERT WITH CHECK (
    conversation_id = current_room_id() AND participant_id = current_participant_id()
    AND role = 'user'
    AND user_id = (SELECT c.user_id FROM conversations c WHERE c.id = conversation_id));

ALTER TABLE translations ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON translations USING (user_id = current_user_id());
CREATE POLICY guest_reads ON translations FOR SELECT USING (conversation_id = current_room_id());

ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON events USING (
    topic = current_user_id() OR EXISTS (SELECT FROM conversations c WHERE c.id = topic));


-- The layout people know from elsewhere.
CREATE VIEW sessions WITH (security_invoker = true) AS
    SELECT id, created_at AS start_time, ended_at AS end_time,
           extract(epoch FROM coalesce(ended_at, updated_at) - created_at)::integer
               AS duration_seconds,
           NULL::text AS summary
    FROM conversations;

CREATE VIEW session_events WITH (security_invoker = true) AS
    SELECT conversation_id AS session_id,
           CASE role WHEN 'assistant' THEN 'ai_message' ELSE 'user_message' END AS event_type,
           role, text AS content, created_at
    FROM messages;
