// Registrations of ours, verified by @simplewebauthn/server under the exported trust anchors: every format that it
// knows. Prints TAP. For each registration there are controls: the same with one byte changed, or under another root,
// has to be refused.

import { readFileSync } from 'node:fs';

import { SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import { decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers';

// Compound is no format of it: python-fido2 verifies the members.
const known = ['android-key', 'apple', 'fido-u2f', 'none', 'packed', 'tpm'];

let count = 0;
let failed = 0;

function check(good, what) {
  count += 1;
  if (!good) failed += 1;
  console.log(`${good ? 'ok' : 'not ok'} ${count} - ${what}`);
}

async function outcome(told, attestationObject, anchors) {
  for (const identifier of known.filter((format) => format !== 'none')) {
    SettingsService.setRootCertificates({ identifier, certificates: anchors });
  }
  try {
    const { verified } = await verifyRegistrationResponse({
      response: {
        id: told.id,
        rawId: told.id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON: told.clientDataJSON, attestationObject },
      },
      expectedChallenge: told.challenge,
      expectedOrigin: told.origin,
      expectedRPID: told.rpId,
      requireUserVerification: false,
      supportedAlgorithmIDs: told.algorithms,
    });
    return { verified };
  } catch (error) {
    return { verified: false, why: error.message };
  }
}

// The object with one byte changed: the last before the authenticator data's member, and the last of all.
function* bent(told) {
  const bytes = isoBase64URL.toBuffer(told.attestationObject);
  const authData = decodeAttestationObject(bytes).get('authData');
  const inStatement = bytes.length - authData.length - 13;
  for (const [what, at] of [['the statement', inStatement], ['the public key', bytes.length - 1]]) {
    const changed = Uint8Array.from(bytes);
    changed[at] ^= 1;
    yield [what, isoBase64URL.fromBuffer(changed)];
  }
}

const registrations = JSON.parse(readFileSync(process.argv[2], 'utf8'));

for (const told of registrations.filter(({ format }) => known.includes(format))) {
  const { verified, why } = await outcome(told, told.attestationObject, told.anchors);
  check(verified, `${told.name}: ${told.format} verifies${why ? `: ${why}` : ''}`);
  if (told.format === 'none') continue;
  for (const [what, object] of bent(told)) {
    const control = await outcome(told, object, told.anchors);
    check(!control.verified, `${told.name}: one byte changed in ${what} is refused: ${control.why}`);
  }
  if (told.anchors.length > 0) {
    const foreign = registrations.find(({ anchors }) => anchors.length > 0 && anchors[0] !== told.anchors[0]);
    const control = await outcome(told, told.attestationObject, foreign.anchors);
    check(!control.verified, `${told.name}: another root is refused: ${control.why}`);
  }
}

process.exitCode = failed > 0 ? 1 : 0;
