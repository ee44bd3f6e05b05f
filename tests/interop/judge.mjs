// Read {issuer, audience, valid: {name: token}, forged: {name: token}} and say what became of each.

import { text } from "node:stream/consumers";
import { verifier } from "./with_jose.mjs";

const { issuer, audience, valid, forged } = JSON.parse(await text(process.stdin));
const verify = verifier(issuer, audience);
const accepted = [];
const refused = [];
for (const [name, token] of Object.entries({ ...valid, ...forged })) {
  try {
    await verify(token);
    accepted.push(name);
  } catch {
    refused.push(name);
  }
}
console.log(JSON.stringify({ accepted, refused }));
