"""A front end whose users log in on the pages of fastauth. Its server keeps their tokens.

Run:  FASTAUTH_RETURN_TO=http://localhost:9000/callback fastauth serve
      uvicorn --port 9000 main:app
"""

import os
from base64 import urlsafe_b64encode
from hashlib import sha256
from html import escape
from secrets import token_urlsafe
from urllib.parse import urlencode

import httpx2
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

AUTH = os.environ.get("AUTH_URL", "http://localhost:8000")
OWN = os.environ.get("OWN_URL", "http://localhost:9000")
SESSION, VERIFIER = "__Host-session", "__Host-verifier"

app = FastAPI()
auth = httpx2.AsyncClient(base_url=AUTH)
tokens: dict[str, str] = {}
"""Access tokens by session cookie. A real front end stores refresh tokens too, and not in memory."""


def set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, secure=True, httponly=True, samesite="lax")


@app.get("/")
async def home(request: Request) -> HTMLResponse:
    token = tokens.get(request.cookies.get(SESSION, ""))
    if token is None:
        return HTMLResponse('<a href="/log-in">Log in</a>')
    user = (await auth.get("/users/me", headers={"Authorization": f"Bearer {token}"})).json()
    return HTMLResponse(f"Hello, {escape(user['fullname'])}!")


@app.get("/log-in")
async def log_in() -> RedirectResponse:
    verifier = token_urlsafe(32)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = urlencode({"return_to": f"{OWN}/callback", "code_challenge": challenge})
    response = RedirectResponse(f"{AUTH}/return?{query}", 303)
    set_cookie(response, VERIFIER, verifier)
    return response


@app.get("/callback")
async def callback(request: Request, code: str) -> Response:
    body = {"code": code, "code_verifier": request.cookies.get(VERIFIER, "")}
    answer = await auth.post("/sessions/exchange", json=body)
    if answer.status_code != 201:
        return RedirectResponse("/log-in", 303)
    session = token_urlsafe(32)
    tokens[session] = answer.json()["access_token"]
    response = RedirectResponse("/", 303)
    set_cookie(response, SESSION, session)
    response.delete_cookie(VERIFIER, secure=True)
    return response
