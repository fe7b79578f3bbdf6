// An identity provider for tests, on loopback.
//
// It says in one line of JSON where it listens, and then does what it is told by lines of JSON on its standard input,
// each answered by one. It ends when that input ends, so that it outlives nobody.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { SignJWT, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { WORKLOAD, answer, expire, newKeys, newProvider, publicKeys, userToken } from "./provider.mjs";

// Standard output is for answers alone.
console.info = console.warn = console.log = () => {};

const workload = await generateKeyPair("ES256", { extractable: true });
const workloadKey = { ...(await exportJWK(workload.publicKey)), kid: "workload", use: "sig", alg: "ES256" };
const memory = { asked: new Map(), interval: 60, slowDowns: 0 };
let [generation, isUp, requests, jwks, provider, respond] = [0, true, []];

const server = createServer(serve);
await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
const issuer = `http://127.0.0.1:${server.address().port}`;
await rotate();
say({ issuer, workload: WORKLOAD, workload_key: workloadKey });

const commands = {
  // A token of a person at a client.
  token: (wanted) => userToken(provider, wanted),
  // What a workload asserts itself by: good once.
  assertion: () => assertion(),
  rotate: async () => rotate(),
  // Whether it answers; otherwise it hangs up on who asks.
  up: ({ is_up }) => void (isUp = is_up),
  // The paths that were asked for so far.
  requests: () => requests,
  // Who is asked to approve what, the last one last.
  asked: () => [...memory.asked].map(([id, { accountId, params }]) => ({ ...params, id, who: accountId })),
  answer: async ({ id, ...how }) => void (await answer(provider, memory.asked.get(id), how)),
  expire: ({ id }) => expire(provider, id),
  // How often a poll is answered that it came too soon.
  slow_down: ({ times }) => void (memory.slowDowns = times),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...how } = JSON.parse(line);
  try {
    say({ done: (await commands[command](how)) ?? null });
  } catch (error) {
    say({ failed: String(error.stack) });
  }
}
process.exit(0);

function say(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

async function rotate() {
  generation += 1;
  jwks = await newKeys(generation);
  provider = newProvider(issuer, jwks, workloadKey, memory);
  respond = provider.callback();
}

function serve(request, response) {
  const { pathname } = new URL(request.url, issuer);
  requests.push(pathname);
  if (!isUp) return request.socket.destroy();
  return pathname === "/backend" ? backend(request, response) : respond(request, response);
}

// A backend that trusts this provider: it says what it learned of who calls.
async function backend(request, response) {
  try {
    const [, token] = request.headers.authorization.match(/^Bearer (\S+)$/);
    const { payload } = await jwtVerify(token, publicKeys(jwks), { issuer });
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(payload));
  } catch {
    response.writeHead(401).end();
  }
}

function assertion() {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ iss: WORKLOAD, sub: WORKLOAD, aud: issuer, jti: crypto.randomUUID(), iat: now, exp: now + 300 })
    .setProtectedHeader({ alg: "ES256", kid: "workload", typ: "JWT" })
    .sign(workload.privateKey);
}
