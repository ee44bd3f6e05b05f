"""An example of a service behind fastauth: customers have orders, and clerks may cancel them.

Run it beside fastauth: `uvicorn --app-dir examples/orders --port 8001 orders:app`
"""

import os
from itertools import count
from typing import Annotated

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from fastauth_client import Caller, Verifier
from fastauth_client.fastapi import FastAPIAuth

ISSUER = os.environ.get("ORDERS_ISSUER", "http://127.0.0.1:8000")

verifier = Verifier(
    ISSUER,
    audience=os.environ.get("ORDERS_AUDIENCE", ISSUER),
    jwks_uri=os.environ.get("ORDERS_JWKS_URI"),
    require_https="ORDERS_HTTP" not in os.environ,
)
auth = FastAPIAuth(verifier)
app = FastAPI(title="Orders", lifespan=auth.lifespan)


class NewOrder(BaseModel):
    """What a customer orders."""

    article: str


class Order(NewOrder):
    """An order. Its owner is the subject of the token that it was made with."""

    id: int
    owner: str


orders: dict[int, Order] = {}
numbers = count(1)


@app.post("/orders", status_code=201)
async def create(order: NewOrder, caller: Annotated[Caller, auth.require()]) -> Order:
    """Create an order of the caller."""
    created = Order(id=next(numbers), owner=caller.subject, article=order.article)
    orders[created.id] = created
    return created


@app.get("/orders")
async def own(caller: Annotated[Caller, auth.require()]) -> list[Order]:
    """List the orders of the caller."""
    return [order for order in orders.values() if order.owner == caller.subject]


@app.delete("/orders/{number}", status_code=204)
async def cancel(
    number: int, _: Annotated[Caller, auth.require("orders:cancel", role="clerk", max_age=600)]
) -> None:
    """Cancel any order. The clerk must have logged in within the last ten minutes."""
    if orders.pop(number, None) is None:
        raise HTTPException(404)
