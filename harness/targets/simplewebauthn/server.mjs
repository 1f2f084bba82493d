// A relying party that nobody here wrote: @simplewebauthn/server verifies, this file carries its answers over the
// FIDO2 server conformance API. What the library leaves to its caller is done here and nothing more: sessions,
// challenges used once, credentials kept by id, the counter stored.

import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import {
  SettingsService,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';

const port = Number(process.env.PORT ?? 5107);
const rpID = process.env.RP_ID ?? 'corp.example.com';
const expectedOrigin = process.env.ORIGIN ?? `https://${rpID}`;
const defaultAttestation = process.env.ATTESTATION ?? 'none';
const largestBody = 1 << 20;

if (process.env.TRUST_ANCHORS) {
  const pem = readFileSync(process.env.TRUST_ANCHORS, 'utf8');
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  SettingsService.setRootCertificates({ identifier: 'packed', certificates });
}

const users = new Map(); // name -> { name, id: bytes }
const credentials = new Map(); // id -> { user, id, publicKey, counter, transports, aaguid }
const sessions = new Map(); // sid -> { pending, user }

class Refused extends Error {
  constructor(message, status = 400) {
    super(message);
    this.status = status;
  }
}

const routes = {
  'GET /health': () => ({}),
  'GET /session': (_, session) => {
    if (!session.user) throw new Refused('not signed in', 401);
    return { username: session.user.name };
  },
  'POST /session/logout': (_, session) => {
    delete session.user;
    return {};
  },
  'POST /attestation/options': registrationOptions,
  'POST /attestation/result': registrationResult,
  'POST /assertion/options': authenticationOptions,
  'POST /assertion/result': authenticationResult,
};

async function registrationOptions(body, session) {
  const { username, displayName, attestation = defaultAttestation, authenticatorSelection = {}, extensions } = body;
  if (typeof username !== 'string' || username === '') throw new Refused('username is missing');
  if (!users.has(username)) users.set(username, { name: username, id: randomBytes(32) });
  const user = users.get(username);
  const options = await generateRegistrationOptions({
    rpName: 'SimpleWebAuthn',
    rpID,
    userName: username,
    userID: user.id,
    userDisplayName: displayName ?? username,
    attestationType: attestation,
    excludeCredentials: ownedBy(user),
    authenticatorSelection,
    extensions,
  });
  const requireUserVerification = authenticatorSelection.userVerification === 'required';
  const algorithms = options.pubKeyCredParams.map(({ alg }) => alg);
  session.pending = { ceremony: 'create', user, challenge: options.challenge, requireUserVerification, algorithms };
  return options;
}

async function registrationResult(body, session) {
  const pending = take(session, 'create');
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: { rawId: body.id, ...body },
    expectedChallenge: pending.challenge,
    expectedOrigin,
    expectedRPID: rpID,
    requireUserVerification: pending.requireUserVerification,
    supportedAlgorithmIDs: pending.algorithms,
  });
  if (!verified) throw new Refused('attestation signature was not verified');
  const { credential, aaguid } = registrationInfo;
  if (credentials.has(credential.id)) throw new Refused('credential is registered already');
  credentials.set(credential.id, { ...credential, user: pending.user, aaguid });
  return {};
}

async function authenticationOptions(body, session) {
  const { username, userVerification = 'preferred', extensions } = body;
  const user = users.get(username);
  if (username !== undefined && !user) throw new Refused('user is unknown');
  const options = await generateAuthenticationOptions({
    rpID,
    allowCredentials: user && ownedBy(user),
    userVerification,
    extensions,
  });
  const requireUserVerification = userVerification === 'required';
  session.pending = { ceremony: 'get', user, challenge: options.challenge, requireUserVerification };
  return options;
}

async function authenticationResult(body, session) {
  const pending = take(session, 'get');
  const credential = credentials.get(body.id);
  if (!credential) throw new Refused('credential is unknown');
  if (pending.user && pending.user !== credential.user) throw new Refused('credential was not allowed');
  const handle = body.response?.userHandle;
  const expectedHandle = credential.user.id.toString('base64url');
  if (handle ? handle !== expectedHandle : !pending.user) throw new Refused("user handle is not the credential owner's");
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: { rawId: body.id, ...body },
    expectedChallenge: pending.challenge,
    expectedOrigin,
    expectedRPID: rpID,
    credential,
    requireUserVerification: pending.requireUserVerification,
  });
  if (!verified) throw new Refused('assertion signature was not verified');
  credential.counter = authenticationInfo.newCounter;
  session.user = credential.user;
  return {};
}

function ownedBy(user) {
  const owned = [...credentials.values()].filter((credential) => credential.user === user);
  return owned.map(({ id, transports }) => ({ id, transports }));
}

function take(session, ceremony) {
  const { pending } = session;
  delete session.pending;
  if (pending?.ceremony !== ceremony) throw new Refused('session has no challenge for this ceremony');
  return pending;
}

async function readJson(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > largestBody) throw new Refused('body is too large', 413);
    parts.push(part);
  }
  if (length === 0) return {};
  const body = JSON.parse(Buffer.concat(parts).toString('utf8'));
  if (typeof body !== 'object' || body === null) throw new Refused('body is not a JSON object');
  return body;
}

function sessionOf(request, response) {
  const sid = /(?:^|;\s*)sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (sessions.has(sid)) return sessions.get(sid);
  const fresh = randomUUID();
  sessions.set(fresh, {});
  response.setHeader('set-cookie', `sid=${fresh}; Path=/; HttpOnly; SameSite=Strict`);
  return sessions.get(fresh);
}

const server = createServer(async (request, response) => {
  response.setHeader('content-type', 'application/json');
  try {
    const route = routes[`${request.method} ${request.url}`];
    if (!route) throw new Refused('there is nothing here', 404);
    const body = await readJson(request);
    const answer = await route(body, sessionOf(request, response));
    response.end(JSON.stringify({ status: 'ok', errorMessage: '', ...answer }));
  } catch (error) {
    response.statusCode = error.status ?? 400;
    response.end(JSON.stringify({ status: 'failed', errorMessage: error.message || error.name }));
  }
});

server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
