-- Conversations shared by a link, to be read by whoever has it.
--
-- A reader is nobody: no policy lets a share see a row of any table. What a link shows comes out
-- of the functions below alone, for the share a transaction has become.

CREATE TABLE shares (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE, -- SHA-256
    token bytea NOT NULL,             -- encrypted (core/vault.py), to copy the link again
    password bytea,                   -- salt and scrypt
    live boolean NOT NULL,            -- follows the visible branch; else ends with head_id for good
    head_id bigint REFERENCES messages ON DELETE CASCADE,
    title text,                       -- of a snapshot; a live one goes by the conversation's
    from_id bigint REFERENCES messages ON DELETE CASCADE,  -- what was said before is not shared
    frozen jsonb NOT NULL DEFAULT '{}',  -- replies of a snapshot that may be continued: their text
    hide_names boolean NOT NULL,
    guesses integer NOT NULL DEFAULT 0,  -- wrong passwords in a row
    wait_until timestamptz,              -- until then no password is looked at
    views integer NOT NULL DEFAULT 0,
    viewed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX shares_of_user ON shares (user_id, created_at DESC);
CREATE INDEX shares_of_conversation ON shares (conversation_id);
CREATE INDEX shares_of_head ON shares (head_id) WHERE head_id IS NOT NULL;
CREATE INDEX shares_of_beginning ON shares (from_id) WHERE from_id IS NOT NULL;

CREATE TABLE share_views (
    share_id uuid NOT NULL REFERENCES shares ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    visitor bytea NOT NULL,           -- a hash that says who came back, and nothing else
    hour timestamptz NOT NULL,
    PRIMARY KEY (share_id, visitor, hour)
);
CREATE INDEX share_views_by_age ON share_views (hour);
CREATE INDEX share_views_of_user ON share_views (user_id);

ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shares USING (user_id = current_user_id())
    WITH CHECK (user_id = current_user_id()
                AND EXISTS (SELECT FROM conversations c WHERE c.id = conversation_id));
ALTER TABLE share_views ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON share_views USING (user_id = current_user_id());


-- The branch from a message up to, and without, one above it (NULL: to its beginning); nothing
-- where the branch does not lead there.
CREATE FUNCTION branch_below(above bigint, head bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE branch AS (
        SELECT m.id, m.parent_id FROM messages m WHERE m.id = head
      UNION ALL
        SELECT m.id, m.parent_id FROM branch b JOIN messages m ON m.id = b.parent_id
        WHERE b.parent_id IS DISTINCT FROM above
    )
    SELECT id FROM branch
    WHERE EXISTS (SELECT FROM branch WHERE parent_id IS NOT DISTINCT FROM above)
$$;

-- A title not given by hand is made of the first words, which are not shared from a message on.
CREATE FUNCTION title_shown(place conversations, beginning bigint) RETURNS text LANGUAGE sql
IMMUTABLE RETURN
    CASE WHEN beginning IS NULL OR (place).titled_by = 'user' THEN (place).title END;

-- For the owner: a share of what is visible now, or of what will be.
CREATE FUNCTION open_share(conversation uuid, hash bytea, sealed bytea, secret bytea,
                           follows boolean, without_names boolean, beginning bigint,
                           seconds double precision)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    place conversations;
    head bigint;
    above bigint;
    shown bigint[];
    opened uuid;
BEGIN
    SELECT * INTO place FROM conversations WHERE id = conversation AND deleted_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PA404',
            MESSAGE = 'There is no such conversation. It may have been deleted.';
    END IF;
    SELECT CASE m.status WHEN 'streaming' THEN m.parent_id ELSE m.id END INTO head
        FROM messages m WHERE m.id = place.head_id;
    SELECT m.parent_id INTO above FROM messages m WHERE m.id = beginning;
    IF place.kind = 'chat' THEN
        shown := ARRAY(SELECT branch_below(
            above, CASE WHEN follows THEN place.head_id ELSE head END));
    ELSE
        shown := ARRAY(SELECT m.id FROM messages m WHERE m.conversation_id = place.id);
    END IF;
    IF beginning IS NOT NULL AND NOT beginning = ANY (shown) THEN
        RAISE EXCEPTION USING ERRCODE = 'PA404',
            MESSAGE = 'There is no such message in what is shared. Choose one that is visible.';
    END IF;
    INSERT INTO shares (user_id, conversation_id, token_hash, token, password, live, head_id, title,
                        from_id, hide_names, expires_at, frozen)
        VALUES (current_user_id(), conversation, hash, sealed, secret, follows,
                CASE WHEN NOT follows THEN head END,
                CASE WHEN NOT follows THEN title_shown(place, beginning) END, beginning, without_names,
                now() + make_interval(secs => seconds),
                coalesce((SELECT jsonb_object_agg(m.id, m.text) FROM messages m
                          WHERE NOT follows AND m.id = ANY (shown)
                            AND m.status IN ('interrupted', 'failed')), '{}'))
        RETURNING id INTO opened;
    RETURN opened;
END $$;


-- Before anybody has come in: what a link needs. No row for one that opens nothing.
CREATE FUNCTION share_behind(hash bytea)
RETURNS TABLE (id uuid, conversation_id uuid, password bytea, expires_at timestamptz,
               expired boolean, title text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT s.id, s.conversation_id, s.password, s.expires_at,
           coalesce(s.expires_at <= now(), false),
           CASE WHEN s.password IS NULL AND NOT s.hide_names
                THEN CASE WHEN s.live THEN title_shown(c, s.from_id) ELSE s.title END END
    FROM shares s JOIN conversations c ON c.id = s.conversation_id AND c.deleted_at IS NULL
    WHERE s.token_hash = hash AND s.revoked_at IS NULL
$$;

-- Count a password that is about to be looked at: 0, or the seconds to wait before another one.
-- Counted first, so that many at once are no way around it.
CREATE FUNCTION begin_guess(share uuid) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    tried integer;
    until timestamptz;
BEGIN
    SELECT CASE WHEN s.wait_until < now() - interval '1 day' THEN 0 ELSE s.guesses END, s.wait_until
        INTO tried, until FROM shares s WHERE s.id = share FOR UPDATE;
    IF until > now() THEN
        RETURN ceil(extract(epoch FROM until - now()));
    END IF;
    UPDATE shares SET guesses = tried + 1,
        wait_until = CASE WHEN tried + 1 >= 5
                          THEN now() + make_interval(secs => least(900, 15 * 2 ^ least(tried - 4, 9)))
                     END
        WHERE id = share;
    RETURN 0;
END $$;

CREATE FUNCTION guessed_right(share uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    UPDATE shares SET guesses = 0, wait_until = NULL WHERE id = share
$$;


-- What a reader may see.
CREATE FUNCTION current_share_id() RETURNS uuid LANGUAGE sql STABLE
RETURN nullif(current_setting('parley.share_id', true), '')::uuid;

CREATE FUNCTION become_share(share uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    until timestamptz;
BEGIN
    SELECT coalesce(s.expires_at, 'infinity') INTO until FROM shares s
        JOIN conversations c ON c.id = s.conversation_id AND c.deleted_at IS NULL
        WHERE s.id = share AND s.revoked_at IS NULL;
    IF until IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PA404',
            MESSAGE = 'This link opens nothing. Ask whoever sent it for a new one.';
    END IF;
    IF until <= now() THEN
        RAISE EXCEPTION USING ERRCODE = 'PA411',
            MESSAGE = 'This link has expired. Ask whoever sent it for a new one.';
    END IF;
    PERFORM set_config('parley.share_id', share::text, true);
END $$;

CREATE FUNCTION shared_conversation()
RETURNS TABLE (title text, kind text, live boolean, names_hidden boolean, shared_at timestamptz,
               expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT CASE WHEN NOT (s.hide_names AND c.kind = 'room')
                THEN CASE WHEN s.live THEN title_shown(c, s.from_id) ELSE s.title END END,
           c.kind, s.live, s.hide_names, s.created_at, s.expires_at
    FROM shares s JOIN conversations c ON c.id = s.conversation_id
    WHERE s.id = current_share_id()
$$;

CREATE FUNCTION shared_ids() RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    share shares;
    place conversations;
    above bigint;
BEGIN
    SELECT * INTO share FROM shares WHERE id = current_share_id();
    SELECT * INTO place FROM conversations WHERE id = share.conversation_id;
    IF place.kind = 'room' THEN
        RETURN QUERY SELECT m.id FROM messages m
            WHERE m.conversation_id = place.id AND (share.live OR m.id <= share.head_id)
              AND m.id >= coalesce(share.from_id, 0);
        RETURN;
    END IF;
    SELECT m.parent_id INTO above FROM messages m WHERE m.id = share.from_id;
    RETURN QUERY
        SELECT branch_below(above, CASE WHEN share.live THEN place.head_id ELSE share.head_id END);
END $$;

-- The messages before one or after one (neither: the newest), oldest first. People are numbered
-- as they first speak in what is shared.
CREATE FUNCTION shared_messages(earlier_than bigint, later_than bigint, many integer)
RETURNS TABLE (id bigint, role text, person bigint, name text, language text, text text,
               status text, quote_id bigint, created_at timestamptz, translations jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH share AS (
        SELECT s.*, c.kind, u.name AS owner FROM shares s
        JOIN conversations c ON c.id = s.conversation_id JOIN users u ON u.id = s.user_id
        WHERE s.id = current_share_id()
    ), visible AS MATERIALIZED (
        SELECT shared AS id FROM shared_ids() AS shared
    ), page AS (
        SELECT m.* FROM visible v JOIN messages m ON m.id = v.id
        WHERE v.id < coalesce(earlier_than, 9223372036854775807) AND v.id > coalesce(later_than, 0)
          AND (m.text <> '' OR m.status = 'streaming')
        ORDER BY CASE WHEN later_than IS NULL THEN -v.id ELSE v.id END LIMIT many
    ), people AS (
        SELECT m.participant_id, row_number() OVER (ORDER BY min(m.id)) AS number
        FROM visible v JOIN messages m ON m.id = v.id
        WHERE m.role = 'user' AND (SELECT kind FROM share) = 'room' GROUP BY m.participant_id
    )
    SELECT p.id, p.role,
           CASE p.role WHEN 'user' THEN coalesce(one.number, 1) END,
           CASE WHEN share.hide_names THEN NULL WHEN p.role = 'assistant' THEN p.author
                WHEN share.kind = 'chat' THEN coalesce(p.author, share.owner) ELSE p.author END,
           p.language, coalesce(share.frozen ->> p.id::text, p.text),
           CASE WHEN share.frozen ? p.id::text THEN 'interrupted' ELSE p.status END,
           (SELECT v.id FROM visible v WHERE v.id = p.quote_id), p.created_at,
           coalesce((SELECT jsonb_object_agg(t.language, t.text) FROM translations t
                     WHERE t.message_id = p.id AND t.status = 'complete'), '{}')
    FROM share, page p
    LEFT JOIN people one ON one.participant_id IS NOT DISTINCT FROM p.participant_id
    ORDER BY p.id
$$;

-- The languages there are translations into.
CREATE FUNCTION shared_languages() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT DISTINCT t.language FROM shared_ids() AS shared
    JOIN translations t ON t.message_id = shared AND t.status = 'complete' ORDER BY t.language
$$;

CREATE FUNCTION note_share_view(who bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO share_views (share_id, user_id, visitor, hour)
        SELECT s.id, s.user_id, who, date_trunc('hour', now()) FROM shares s
        WHERE s.id = current_share_id() ON CONFLICT DO NOTHING;
    IF FOUND THEN
        UPDATE shares SET views = views + 1, viewed_at = now() WHERE id = current_share_id();
    END IF;
END $$;


-- A conversation of one's own with what somebody shared: [{role, name, language, text, created_at}].
CREATE FUNCTION take_copy(new_title text, said jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made uuid;
    one record;
    parent bigint;
BEGIN
    INSERT INTO conversations (user_id, kind, title, titled_by, imported_from)
        VALUES (current_user_id(), 'chat', new_title, 'user', 'shared link') RETURNING id INTO made;
    FOR one IN SELECT * FROM jsonb_to_recordset(said) AS said
            (role text, name text, language text, text text, created_at timestamptz) LOOP
        INSERT INTO messages (conversation_id, user_id, parent_id, role, author, language, text,
                              model, created_at, finished_at)
            VALUES (made, current_user_id(), parent, one.role, one.name, one.language, one.text,
                    CASE one.role WHEN 'assistant' THEN one.name END,
                    coalesce(one.created_at, now()), coalesce(one.created_at, now()))
            RETURNING id INTO parent;
    END LOOP;
    RETURN made;
END $$;


-- Open pages look again when something they may show has changed, and close with their link.
CREATE FUNCTION tell_readers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    place uuid;
BEGIN
    IF TG_TABLE_NAME = 'conversations' THEN
        place := OLD.id;
    ELSE
        place := OLD.conversation_id;
    END IF;
    IF TG_TABLE_NAME = 'shares' OR EXISTS (
        SELECT FROM shares s WHERE s.conversation_id = place AND s.revoked_at IS NULL
          AND (s.live OR TG_TABLE_NAME = 'conversations')) THEN
        PERFORM pg_notify('parley_events', json_build_object(
            'topic', place, 'kind', 'shared', 'payload', json_build_object())::text);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_readers AFTER UPDATE OF head_id, deleted_at, title ON conversations
    FOR EACH ROW EXECUTE FUNCTION tell_readers();
CREATE TRIGGER tell_readers AFTER UPDATE OF text, status ON messages
    FOR EACH ROW EXECUTE FUNCTION tell_readers();
CREATE TRIGGER tell_readers AFTER UPDATE OF status ON translations
    FOR EACH ROW EXECUTE FUNCTION tell_readers();
CREATE TRIGGER tell_readers AFTER UPDATE OF revoked_at OR DELETE ON shares
    FOR EACH ROW EXECUTE FUNCTION tell_readers();

CREATE FUNCTION forget_shares(days integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    DELETE FROM share_views WHERE hour < now() - interval '2 hours';
    WITH gone AS (DELETE FROM shares
                  WHERE least(revoked_at, expires_at) < now() - make_interval(days => days)
                  RETURNING 1)
    SELECT count(*) FROM gone
$$;
