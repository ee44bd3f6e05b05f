"""What a declaration of roles changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fastauth.domain.roles.role import Role


@dataclass(frozen=True, slots=True)
class RoleChanges:
    """The difference between the stored roles and the declared ones; built-in roles are in neither."""

    added: tuple[Role, ...] = ()
    changed: tuple[Role, ...] = ()
    removed: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = field(default=())
    """Names of those of `changed` that lose a permission."""

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all roles that change, sorted."""
        return tuple(sorted([*(role.name for role in (*self.added, *self.changed)), *self.removed]))

    @classmethod
    def between(cls, stored: Iterable[Role], declared: Iterable[Role]) -> "RoleChanges":
        """Return what makes the stored roles the declared ones."""
        before = {role.name: role for role in stored if not role.built_in}
        after = {role.name: role for role in declared}
        changed = tuple(role for name, role in after.items() if name in before and before[name] != role)
        return cls(
            added=tuple(role for name, role in after.items() if name not in before),
            changed=changed,
            removed=tuple(name for name in before if name not in after),
            narrowed=tuple(role.name for role in changed if before[role.name].permissions - role.permissions),
        )
