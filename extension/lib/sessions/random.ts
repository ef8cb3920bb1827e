// Random texts, and the proof key of a code exchange (RFC 7636).

const BYTES = 32; // 256 bits: RFC 7636, section 7.1

/** Return a random text of letters, digits, "-" and "_". */
export function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(BYTES)));
}

/** Return the S256 challenge of a verifier. */
export async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

/** Return bytes as base64 for URLs, without padding (RFC 4648, section 5). */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
