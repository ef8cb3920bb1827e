// Sessions on Mastodon and compatible servers: one token that does not run out, until it is revoked.
// https://docs.joinmastodon.org/methods/oauth/
import { bearer, errorName, form } from "../answers";
import type { Kind } from "../kinds/kind";
import type { MastodonSession, MastodonTokens, Send } from "../records";

export const mastodon: Kind<MastodonSession> = {
  async fetch(session, call, { send, renewed }) {
    const headers = { ...call.headers, ...bearer(session.tokens?.access) };
    const reply = await send(session.server, { ...call, headers });
    // The API's own 401 (with an `error`), not that of something in front of it.
    if (reply.status === 401 && errorName(reply)) await renewed(session, () => Promise.resolve(null));
    return reply;
  },

  end: (session, send) => (session.tokens ? revoke(send, session.server, session.tokens) : Promise.resolve()),
};

/** Revoke a token. A form needs no permission of the server (CORS), so it is heard even where its answer cannot be read. */
export async function revoke(send: Send, server: string, tokens: MastodonTokens): Promise<void> {
  const { access, clientId, clientSecret } = tokens;
  const fields = { client_id: clientId, client_secret: clientSecret, token: access };
  await send(server, { method: "POST", path: "/oauth/revoke", ...form(fields) });
}
