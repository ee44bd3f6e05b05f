// Verify access tokens with jose.

import { createRemoteJWKSet, jwtVerify } from "jose";

const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Return a function that returns what a token says, or throws. */
export function verifier(issuer, audience) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), {
    cacheMaxAge: 300_000, // the max-age of the answer, in milliseconds
  });
  return async (token) => {
    if (token.length > 2048 || !SHAPE.test(token)) {
      throw new Error("not a token");
    }
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ["ES256", "Ed25519"],
      typ: "at+jwt",
      issuer,
      audience,
      clockTolerance: 30,
      requiredClaims: ["sub", "exp", "iat", "jti", "sid"],
    });
    return payload;
  };
}
