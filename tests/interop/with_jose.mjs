// Verify access tokens with jose.

import { createRemoteJWKSet, jwtVerify } from "jose";

const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Return a function that returns what a token says, or throws. The keys are kept for `maxAge` seconds. */
export function verifier(issuer, audience, maxAge = 300) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), {
    cacheMaxAge: maxAge * 1000,
  });
  return async (token) => {
    if (token.length > 4096 || !SHAPE.test(token)) {
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
