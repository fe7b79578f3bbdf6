// The identity provider: which clients it has, what it grants them, and the grants that its library does not have.
//
// A provider is made anew when its keys are rotated; what it remembers beyond its keys stands in `memory`.

import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import Provider, { errors } from "oidc-provider";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const CIBA = "urn:openid:params:grant-type:ciba";
const ALGORITHMS = ["RS256", "ES256", "Ed25519"];

export const WORKLOAD = "spiffe://example.org/agent";

// Backends, with the scopes that are granted for each, whatever is asked for, and whether its tokens say who acts.
const BACKENDS = {
  "https://pay.example": { scope: "pay:read", saysWhoActs: true },
  "https://legacy.example": { scope: "pay:read", saysWhoActs: false },
  "pay-api": { scope: "pay:read pay:write", saysWhoActs: true },
};

export async function newKeys(generation) {
  const pairs = ALGORITHMS.map((algorithm) => generateKeyPair(algorithm, { extractable: true }));
  const keys = (await Promise.all(pairs)).map(async ({ privateKey }, at) => ({
    ...(await exportJWK(privateKey)),
    kid: `${ALGORITHMS[at]}-${generation}`,
    use: "sig",
  }));
  return { keys: await Promise.all(keys) };
}

export function newProvider(issuer, jwks, workloadKey, memory) {
  const provider = new Provider(issuer, {
    jwks,
    clients: clients(workloadKey),
    clientAuthMethods: ["client_secret_basic", "private_key_jwt"],
    scopes: ["openid", "pay:approve"],
    claims: { openid: ["sub", "email"] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.org` }) }),
    extraTokenClaims: (_ctx, token) => token.stated,
    ttl: { AccessToken: 300, BackchannelAuthenticationRequest: 600, ClientCredentials: 300, Grant: 600, IdToken: 300 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // The workload's own token is for this provider, which exchanges it.
        defaultResource: (ctx) => (ctx.oidc.client.clientId === WORKLOAD ? issuer : undefined),
        getResourceServerInfo: (_ctx, identifier) => resourceServer(identifier, issuer),
      },
      ciba: {
        enabled: true,
        deliveryModes: ["poll"],
        processLoginHint: (_ctx, hint) => (hint === "nobody" ? undefined : hint),
        validateRequestContext: () => {},
        verifyUserCode: () => {},
        triggerAuthenticationDevice: (_ctx, request) => void memory.asked.set(request.jti, request),
      },
    },
  });
  const tokens = ["subject_token", "subject_token_type", "actor_token", "actor_token_type"];
  provider.registerGrantType(EXCHANGE, (ctx) => exchange(provider, publicKeys(jwks), ctx), [
    ...tokens,
    "audience",
    "resource",
    "scope",
  ]);
  provider.use((ctx, next) => slowDown(memory, ctx, next));
  return provider;
}

export function publicKeys(jwks) {
  const publicKey = ({ kty, crv, n, e, x, y, kid }) => ({ kty, crv, n, e, x, y, kid });
  return createLocalJWKSet({ keys: jwks.keys.map(publicKey) });
}

// A token of a person who is logged in at a client, as an authorization code would bring it.
export async function userToken(provider, { client, sub, audience, scope, claims, ...how }) {
  const { algorithm = "ES256", seconds = 300 } = how;
  const token = new provider.AccessToken({
    client: await provider.Client.find(client),
    accountId: sub,
    scope,
    expiresIn: seconds,
    resourceServer: resource(provider, "urn:gateway", { audience, scope, algorithm }),
  });
  token.stated = claims;
  return token.save();
}

// What a person answers on their device: nothing but a grant of what was asked for, or a refusal.
export async function answer(provider, request, { approves, by }) {
  if (!approves) return provider.backchannelResult(request, new errors.AccessDenied("the person said no"));
  // Another person than the one who was asked: the library would refuse it, and providers there are that do not.
  request.accountId = by ?? request.accountId;
  const grant = new provider.Grant({ clientId: request.clientId, accountId: request.accountId });
  grant.addOIDCScope(request.scope);
  return provider.backchannelResult(request, await grant.save());
}

// What happens to a request that nobody answers in time.
export async function expire(provider, id) {
  const { adapter } = provider.BackchannelAuthenticationRequest;
  await adapter.upsert(id, { ...(await adapter.find(id)), exp: 1 }, 600);
}

function clients(workloadKey) {
  const none = { redirect_uris: [], response_types: [] };
  return [
    {
      ...none,
      client_id: "gateway",
      client_secret: "planted-secret/+ of the gateway",
      grant_types: ["client_credentials", EXCHANGE, CIBA],
      token_endpoint_auth_method: "client_secret_basic",
      backchannel_token_delivery_mode: "poll",
      id_token_signed_response_alg: "ES256",
    },
    {
      ...none,
      client_id: "assistant",
      client_secret: "planted-secret of the assistant",
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_basic",
    },
    {
      ...none,
      client_id: WORKLOAD,
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      jwks: { keys: [workloadKey] },
    },
  ];
}

// RFC 8693: what it is for, on whose behalf, and who acts.
async function exchange(provider, keys, ctx) {
  const { params } = ctx.oidc;
  const { scope = "", audience: target } = params;
  const backend = BACKENDS[target];
  if (!backend || (params.resource ?? target) !== target) throw new errors.InvalidTarget();
  const subject = await verified(keys, provider.issuer, params.subject_token, params.subject_token_type);
  const actor =
    params.actor_token && (await verified(keys, provider.issuer, params.actor_token, params.actor_token_type));
  const granted = scope.split(" ").filter((asked) => backend.scope.split(" ").includes(asked)).join(" ");
  const token = new provider.AccessToken({
    client: ctx.oidc.client,
    accountId: subject.sub,
    scope: granted,
    resourceServer: resource(provider, target, { audience: target, scope: granted, algorithm: "ES256" }),
  });
  if (actor && backend.saysWhoActs) token.stated = { act: { sub: actor.sub, ...(actor.act && { act: actor.act }) } };
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
    token_type: "Bearer",
    expires_in: token.expiration,
    scope: granted,
  };
}

async function verified(keys, issuer, token, type) {
  const isOurs = /^urn:ietf:params:oauth:token-type:(access_token|jwt)$/.test(type);
  if (!isOurs) throw new errors.InvalidRequest("tokens of that type are not known");
  try {
    return (await jwtVerify(token, keys, { issuer })).payload;
  } catch (cause) {
    // As careless providers do: what is wrong is told with the token.
    throw new errors.InvalidRequest(`not a token of ours: ${token}`, undefined, { cause });
  }
}

function resourceServer(identifier, issuer) {
  const backend = identifier === issuer ? { scope: "" } : BACKENDS[identifier];
  if (!backend) throw new errors.InvalidTarget();
  return { scope: backend.scope, audience: identifier, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } };
}

function resource(provider, identifier, { audience, scope, algorithm }) {
  const sign = { alg: algorithm };
  return new provider.ResourceServer(identifier, { audience, scope, accessTokenFormat: "jwt", jwt: { sign } });
}

// The library leaves it to its users to slow down who polls too often (CIBA, section 11).
async function slowDown(memory, ctx, next) {
  await next();
  if (ctx.body?.auth_req_id) ctx.body.interval = memory.interval;
  if (ctx.body?.error === "authorization_pending" && memory.slowDowns > 0) {
    memory.slowDowns -= 1;
    ctx.body = { error: "slow_down", error_description: "you are polling too quickly" };
  }
}
