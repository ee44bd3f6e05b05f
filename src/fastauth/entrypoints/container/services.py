"""Providers of services and their keys."""

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.application.services.authenticate_service import AuthenticateService
from fastauth.application.services.create_service import CreateService
from fastauth.application.services.rotate_service_key import RotateServiceKey
from fastauth.domain.services.service import ServiceKeyCodec
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Services(Shared):
    """See `fastauth.domain.services`."""

    service_keys: Provider[ServiceKeyCodec] = Singleton(
        make_with_keys, Object(ServiceKeyCodec), Shared.secret_keys
    )
    authenticate_service = use_case(
        AuthenticateService, services=Storage.services, codec=service_keys, clock=Shared.clock
    )
    create_service = use_case(
        CreateService, services=Storage.services, codec=service_keys, clock=Shared.clock
    )
    rotate_service_key = use_case(
        RotateServiceKey, services=Storage.services, codec=service_keys, clock=Shared.clock
    )
