"""The table ``user_info``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, personal, secret

USER_INFO = DataTable(
    name="user_info",
    purpose="the account itself",
    basis=LegalBasis.CONTRACT,
    retention="life of the account",
    subject="id",
    on_erase=Deleted(),
    columns=(
        internal("id", "id of the account; `sub` in tokens; never given twice", exported=True),
        personal("username", "username as it was chosen"),
        personal("username_key", "canonical username"),
        secret(
            "password",
            "hash of the password, Argon2id or a legacy hash;"
            " `!` and random digits for an account without a password",
            retention="until the next password",
        ),
        personal("fullname", "full name", retention="until it is changed"),
        internal(
            "disabled_at",
            "since when the account is disabled",
            retention="until it is enabled",
            exported=True,
        ),
        internal("session_epoch", "session epoch: sessions of another one are revoked"),
        internal("renames_paid_until", "state of the limit on changes of the full name"),
        personal("locale", "language of mails"),
        personal(
            "second_factor_at", "since when a log-in needs a second factor", retention="life of the factor"
        ),
        personal("handle", "random id of the account in authenticators, made with the first passkey"),
    ),
)
