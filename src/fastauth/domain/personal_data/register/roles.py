"""The tables ``role``, ``role_permission`` and ``user_role``."""

from fastauth.domain.personal_data.column import NO_PERSON, DataTable, Deleted, LegalBasis, internal, personal

ROLE = DataTable(
    name="role",
    purpose="roles",
    basis=LegalBasis.NOT_PERSONAL,
    retention="until it is removed",
    on_erase=NO_PERSON,
    columns=(
        internal("name", "name of the role"),
        internal("description", "what it is for"),
        internal("built_in", "whether the service defines it"),
        internal("changed_at", "when it was last changed"),
    ),
)

ROLE_PERMISSION = DataTable(
    name="role_permission",
    purpose="permissions of roles",
    basis=LegalBasis.NOT_PERSONAL,
    retention="until it is removed",
    on_erase=NO_PERSON,
    columns=(
        internal("role", "the role"),
        internal("permission", "a permission that it contains"),
    ),
)

USER_ROLE = DataTable(
    name="user_role",
    purpose="what an account may do",
    basis=LegalBasis.CONTRACT,
    retention="until it is revoked",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        personal("user_id", "account"),
        personal("role", "role of the account"),
        internal("granted_by", "account that granted it; none for an operator"),
        internal("granted_at", "when", exported=True),
    ),
)
