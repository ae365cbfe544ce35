-- What is counted for the analytics page, and indexes that count it without reading any text.

CREATE INDEX messages_counted ON messages (user_id, created_at) INCLUDE
    (conversation_id, role, status, language, provider, model, input_tokens, output_tokens,
     began_at, finished_at);
CREATE INDEX conversations_begun ON conversations (user_id, created_at) WHERE deleted_at IS NULL;
CREATE INDEX conversations_counted_apart ON conversations (id)
    WHERE deleted_at IS NOT NULL OR forked_from IS NOT NULL OR imported_from = 'shared link';

-- Who one is, asked once a query and not once a row: whoever reads all of a long past waits half
-- as long.
ALTER POLICY own ON messages USING (user_id = (SELECT current_user_id()));
ALTER POLICY guest_reads ON messages USING (conversation_id = (SELECT current_room_id()));
ALTER POLICY own ON conversations USING (user_id = (SELECT current_user_id()));
ALTER POLICY guest_reads ON conversations USING (id = (SELECT current_room_id()));

-- Nothing of deleted conversations; what a fork or a copy of a shared link took over was said, and
-- paid for, elsewhere. Such conversations are few: they are looked up, not all the others.
CREATE VIEW counted_messages WITH (security_invoker = true) AS
    SELECT m.conversation_id, m.user_id, m.role, m.status, m.language, m.provider, m.model,
           m.input_tokens, m.output_tokens, m.created_at, m.began_at, m.finished_at
    FROM messages m LEFT JOIN (
        SELECT c.id, c.created_at, c.deleted_at FROM conversations c
        WHERE c.deleted_at IS NOT NULL OR c.forked_from IS NOT NULL
           OR c.imported_from = 'shared link') apart ON apart.id = m.conversation_id
    WHERE apart.id IS NULL OR (apart.deleted_at IS NULL AND m.created_at >= apart.created_at);
