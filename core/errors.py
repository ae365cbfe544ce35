"""What can go wrong in Parley, and what a person can do about it.

ParleyError
├── ConfigurationError        a setting must be changed before Parley can start
├── DatabaseError             PostgreSQL could not do what was asked
│   └── DatabaseUnavailable   it cannot be reached right now
├── NotFound                  no such thing, or not yours
│   └── LinkExpired           a share link whose time is over
├── Refused                   understood, but not allowed
│   ├── TooLong               a text over its limit
│   ├── TooFast               more messages a minute than allowed
│   ├── RoomFull              no place left in the room
│   ├── NoSpeech              a recording in which nothing is said
│   ├── PasswordNeeded        a share link that asks for a password
│   │   └── WrongPassword     another one than that
│   ├── TooManyGuesses        passwords tried faster than allowed
│   └── Busy                  the conversation is already being answered
├── ProviderError             an AI provider failed
│   ├── BadKey                it refused the key
│   ├── NoCredit              the account has no credit left
│   ├── RateLimited           too many requests, until a moment it may name
│   ├── UnknownModel          it does not know the model
│   ├── ContextTooLong        the conversation does not fit the model
│   ├── PolicyRefusal         it declined the content
│   ├── NoTranscription       none of them writes down speech
│   ├── NeedsAI               the built-in model is too small for this
│   ├── Unreachable           it did not answer
│   └── BrokenStream          it stopped in the middle of a reply
├── IndexUnavailable          the index by meaning does not answer
├── TranslationError          a text could not be translated
│   └── NoTranslationModel    no engine for this pair of languages
├── DownloadError             a model could not be fetched or failed its hash
├── BackupFailed              a backup could not be written or put back
│   └── BackupDamaged         its file is not as it was written
└── ExportFailed              a conversation could not be written as a file

Every error carries a `code` (stable, for programs) and reads as a sentence that
ends in what to do. Foreign errors become one of these at the edge where they
appear, with the foreign error as `__cause__`. No message ever holds a secret.
"""

from __future__ import annotations

from typing import Any


class ParleyError(Exception):
    """Something went wrong in Parley. Look into the log for the cause."""

    code = "error"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        """`details` are JSON-ready facts a program or a translated page can use."""
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.details = details


class ConfigurationError(ParleyError):
    """A setting is wrong. Correct it in the environment or in .env and start again."""

    code = "configuration"


class DatabaseError(ParleyError):
    """The database could not do this. Try again; the log has the cause."""

    code = "database"


class DatabaseUnavailable(DatabaseError):
    """The database cannot be reached. Check that it runs, then try again."""

    code = "database_unavailable"


class NotFound(ParleyError):
    """There is no such thing here. Check the address or go back to the list."""

    code = "not_found"


class LinkExpired(NotFound):
    """This link has expired. Ask whoever sent it for a new one."""

    code = "expired"


class Refused(ParleyError):
    """This is not allowed here."""

    code = "refused"


class TooLong(Refused):
    """This text is too long. Shorten it and send it again."""

    code = "too_long"


class TooFast(Refused):
    """Too many messages in a minute. Wait a moment and send it again."""

    code = "too_fast"


class RoomFull(Refused):
    """This room has no place left. Ask the host to make room."""

    code = "room_full"


class NoSpeech(Refused):
    """Nothing was heard. Speak a little louder or nearer, then try again."""

    code = "no_speech"


class PasswordNeeded(Refused):
    """This conversation is protected. Give the password that came with the link."""

    code = "password_needed"


class WrongPassword(PasswordNeeded):
    """This is not the password. Check it and try again."""

    code = "wrong_password"


class TooManyGuesses(Refused):
    """Too many wrong passwords. Wait a moment and try again."""

    code = "too_many_guesses"


class Busy(Refused):
    """A reply is still being written here. Wait for it or stop it first."""

    code = "busy"


class ProviderError(ParleyError):
    """The AI provider could not answer. Try again, or choose another model."""

    code = "provider"


class BadKey(ProviderError):
    """The provider refused the key. Check the key in the settings."""

    code = "bad_key"


class NoCredit(ProviderError):
    """The provider's account has no credit left. Top it up, or choose another provider."""

    code = "no_credit"


class RateLimited(ProviderError):
    """The provider asks to wait. Try again in a moment."""

    code = "rate_limited"


class UnknownModel(ProviderError):
    """The provider does not know this model. Choose another one."""

    code = "unknown_model"


class ContextTooLong(ProviderError):
    """The conversation is too long for this model. Start a new one or choose a larger model."""

    code = "context_too_long"


class PolicyRefusal(ProviderError):
    """The provider declined to answer this. Put it in other words."""

    code = "policy_refusal"


class NoTranscription(ProviderError):
    """No provider here writes down speech. Set OPENAI_API_KEY, or type instead."""

    code = "no_transcription"


class NeedsAI(ProviderError):
    """This needs an AI of your own. Add one on the Settings page; translating works without."""

    code = "needs_ai"


class Unreachable(ProviderError):
    """The provider cannot be reached. Check the network and the provider's address."""

    code = "unreachable"


class BrokenStream(ProviderError):
    """The provider stopped in the middle of the reply. What came is kept; continue or retry."""

    code = "broken_stream"


class IndexUnavailable(ParleyError):
    """The index cannot be reached. Check CHROMA_URL and that Chroma runs there."""

    code = "index_unavailable"


class TranslationError(ParleyError):
    """This could not be translated. The original is shown; try again."""

    code = "translation"


class NoTranslationModel(TranslationError):
    """There is no translation model for these languages. Configure an AI provider."""

    code = "no_translation_model"


class DownloadError(ParleyError):
    """A download failed. Check the network and try again."""

    code = "download"


class BackupFailed(ParleyError):
    """The backup could not be written or put back. The log has the cause."""

    code = "backup"


class BackupDamaged(BackupFailed):
    """This backup is damaged or not complete, and nothing was changed. Take another copy of it."""

    code = "backup_damaged"


class ExportFailed(ParleyError):
    """The file could not be written. Export as Markdown or JSON instead."""

    code = "export_failed"
