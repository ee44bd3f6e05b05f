"""Providers of signing keys."""

from datetime import timedelta

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.jose import RELOAD_AFTER, JoseSigningKeyGenerator
from fastauth.application.signing_keys.publish_keys import PublishKeys
from fastauth.application.signing_keys.revoke_key import RevokeKey
from fastauth.application.signing_keys.rotate_keys import RotateKeys
from fastauth.domain.signing_keys.ports import SigningKeyGenerator
from fastauth.domain.signing_keys.signing_key import RotationPolicy
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case
from fastauth.entrypoints.settings import Settings


def _rotation_policy(settings: Settings) -> RotationPolicy:
    """Return the rotation policy. Other processes load a new key after up to 2 * `RELOAD_AFTER`."""
    return RotationPolicy(
        publish_ahead=timedelta(seconds=settings.jwks_max_age) + 2 * RELOAD_AFTER,
        rotate_every=timedelta(days=settings.signing_key_rotation_days),
        verify_after=timedelta(seconds=settings.access_token_seconds) + 2 * RELOAD_AFTER,
    )


class SigningKeys(Shared):
    """See `fastauth.domain.signing_keys`."""

    rotation_policy: Provider[RotationPolicy] = Singleton(_rotation_policy, Shared.settings)
    key_generator: Provider[SigningKeyGenerator] = Singleton(
        JoseSigningKeyGenerator,
        algorithm=Shared.settings.provided.signing_algorithm,
        secret_box=Shared.secret_box,
    )

    publish_keys = use_case(
        PublishKeys, keys=Storage.signing_keys, policy=rotation_policy, clock=Shared.clock
    )
    revoke_key = use_case(
        RevokeKey,
        keys=Storage.signing_keys,
        key_generator=key_generator,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    rotate_keys = use_case(
        RotateKeys,
        keys=Storage.signing_keys,
        key_generator=key_generator,
        policy=rotation_policy,
        clock=Shared.clock,
    )
