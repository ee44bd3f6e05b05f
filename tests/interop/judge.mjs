// For each line, a token as a JSON string, print what it says, or null if it is not to be trusted.

import { createInterface } from "node:readline";
import { verifier } from "./with_jose.mjs";

const [issuer, audience, maxAge] = process.argv.slice(2);
const verify = verifier(issuer, audience, Number(maxAge));
for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(await verify(JSON.parse(line))));
  } catch {
    console.log("null");
  }
}
