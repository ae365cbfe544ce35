-- What a person has set on the Settings page, and what a reply tells about itself.

CREATE TABLE preferences (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name text NOT NULL,
    value jsonb,
    secret bytea,                     -- a key, encrypted (core/vault.py); then there is no value
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, name),
    CHECK ((value IS NULL) <> (secret IS NULL))
);
ALTER TABLE preferences ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON preferences USING (user_id = current_user_id());

ALTER TABLE messages ADD COLUMN remark text;         -- why another model answered than was asked
ALTER TABLE messages ADD COLUMN began_at timestamptz;  -- a reply: when its first word came
