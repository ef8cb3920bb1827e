// Reading an answer's body with a bound that is known before: the rest is not taken from the network.

/** Bytes of an answer where the request does not say otherwise, as DEFAULT_LIMIT in core/passerelle/transport.py. */
export const DEFAULT_LIMIT = 2 ** 20;

/** Read the first `limit` bytes of a body; the rest is cut off and its transfer cancelled. */
export async function readStart(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (reader && length < limit) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.subarray(0, limit - length);
    parts.push(part);
    length += part.length;
  }
  await reader?.cancel();
  return joined(parts, length);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
