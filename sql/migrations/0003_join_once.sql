-- Whoever brings a secret of their own to the door comes in once, however often the line is lost
-- before they hear that they are in.

CREATE OR REPLACE FUNCTION join_room(link_token text, guest_name text, guest_language text,
                                     secret_hash bytea, places integer)
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
