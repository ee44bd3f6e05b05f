"""What routes may ask for: the use cases, by their names."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from fastauth.application.register_user import RegisterUser
from fastauth.entrypoints.container import Container

Part = TypeVar("Part")


def from_container(choose: Callable[[Container], Part]) -> Any:  # noqa: ANN401  what Depends returns
    """Return a FastAPI dependency on what `choose` takes out of the application's container."""

    async def chosen(request: Request) -> Part:  # a plain function would be sent to a thread
        return choose(request.app.state.container)

    return Depends(chosen)


RegisterUserDep = Annotated[RegisterUser, from_container(lambda c: c.register_user())]
ReadinessDep = Annotated[Callable[[], Awaitable[None]], from_container(lambda c: c.database().check)]
