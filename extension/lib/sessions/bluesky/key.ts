// The key that proves requests of a session (DPoP, RFC 9449): WebCrypto holds it and gives it to no script.
import { Key } from "@atproto/jwk";
import { base64url } from "../random";
import type { StoredKey } from "./stored-key";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const; // ES256: RFC 7518, section 3.4
/**
 * Seconds by which proofs are dated back: a clock 40 ms ahead of the server's was enough to be refused.
 * https://github.com/bluesky-social/atproto/issues/4474
 */
const DATED_BACK = 5;

/** Make a new key whose private part cannot be read. */
export async function makeKey(): Promise<DpopKey> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", publicKey);
  return new DpopKey({ privateKey, publicJwk: { kty: "EC", crv: "P-256", x, y } });
}

export class DpopKey extends Key {
  constructor(readonly stored: StoredKey) {
    super(stored.publicJwk);
  }

  async createJwt(
    header: Parameters<Key["createJwt"]>[0],
    payload: Parameters<Key["createJwt"]>[1],
  ): Promise<`${string}.${string}.${string}`> {
    const dated = payload.iat === undefined ? payload : { ...payload, iat: payload.iat - DATED_BACK };
    const signed = [header, dated].map(encoded).join(".");
    const bytes = new TextEncoder().encode(signed);
    const signature = await crypto.subtle.sign(SIGNATURE, this.stored.privateKey, bytes);
    return `${signed}.${base64url(new Uint8Array(signature))}` as `${string}.${string}.${string}`;
  }

  verifyJwt(): never {
    throw new Error("Passerelle checks no token: they are opaque to a client.");
  }
}

function encoded(value: unknown): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)));
}
