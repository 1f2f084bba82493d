// A program that uses a key over its socket: CTAPHID reports of 64 bytes (CTAP 2.3 §11.2), one request at a time.

import { connect } from 'node:net';

const INIT = 0x86;
const CBOR = 0x90;

export class Host {
  #socket;
  #channel = Buffer.from('ffffffff', 'hex');
  #rest = Buffer.alloc(0);
  #reports = [];
  #waiting = [];

  static async at(path) {
    const host = new Host();
    host.#socket = connect(path);
    host.#socket.on('data', (data) => host.#take(data));
    const nonce = Buffer.from('0102030405060708', 'hex');
    host.#send(INIT, nonce);
    host.#channel = (await host.#message(INIT)).subarray(8, 12);
    return host;
  }

  // The status of the answer.
  async ask(request) {
    this.#send(CBOR, request);
    return (await this.#message(CBOR))[0];
  }

  #send(command, payload) {
    const head = Buffer.alloc(3);
    head.writeUInt8(command);
    head.writeUInt16BE(payload.length, 1);
    this.#write(Buffer.concat([head, payload.subarray(0, 57)]));
    for (let at = 57, sequence = 0; at < payload.length; at += 59, sequence += 1) {
      this.#write(Buffer.concat([Buffer.from([sequence]), payload.subarray(at, at + 59)]));
    }
  }

  #write(body) {
    const report = Buffer.alloc(64);
    Buffer.concat([this.#channel, body]).copy(report);
    this.#socket.write(report);
  }

  #take(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    while (this.#rest.length >= 64) {
      this.#reports.push(this.#rest.subarray(0, 64));
      this.#rest = this.#rest.subarray(64);
    }
    this.#waiting.splice(0).forEach((wake) => wake());
  }

  async #report() {
    while (this.#reports.length === 0) await new Promise((wake) => this.#waiting.push(wake));
    return this.#reports.shift();
  }

  // The payload of the next message of this command on this channel; others, keepalives among them, are passed over.
  async #message(command) {
    for (;;) {
      const first = await this.#report();
      if (!first.subarray(0, 4).equals(this.#channel) || first[4] !== command) continue;
      const length = first.readUInt16BE(5);
      let payload = first.subarray(7);
      while (payload.length < length) payload = Buffer.concat([payload, (await this.#report()).subarray(5)]);
      return payload.subarray(0, length);
    }
  }
}

// authenticatorMakeCredential for a server-side ES256 credential (CTAP 2.3 §6.1).
export function registration(rpId, userName = 'alice') {
  const text = (word) => Buffer.concat([Buffer.from(word.length < 24 ? [0x60 + word.length] : [0x78, word.length]), Buffer.from(word)]);
  const head = (length) => Buffer.from(length < 24 ? [0x40 + length] : [0x58, length]);
  const bytes = (value) => Buffer.concat([head(value.length), value]);
  return Buffer.concat([
    Buffer.from([0x01, 0xa4, 0x01]), bytes(Buffer.alloc(32, 0xcd)),
    Buffer.from([0x02, 0xa1]), text('id'), text(rpId),
    Buffer.from([0x03, 0xa2]), text('id'), bytes(Buffer.from([1, 2, 3])), text('name'), text(userName),
    Buffer.from([0x04, 0x81, 0xa2]), text('alg'), Buffer.from([0x26]), text('type'), text('public-key'),
  ]);
}
