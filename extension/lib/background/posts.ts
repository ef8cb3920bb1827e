// Posting once for a person: the consent that their server asks for, then the engine; what was cut off goes on.
import * as v from "valibot";
import type { Engine } from "../engine/client";
import { readState } from "../engine/stores";
import { type Account, SessionError, type SessionNetwork, type Sessions } from "../sessions";
import * as bluesky from "../sessions/bluesky/sign-in";
import * as mastodon from "../sessions/mastodon/sign-in";
import type { PageHandlers } from "./router";
import type { SignInBackground } from "./sign-in";

/** What posting needs of signing in; tests hand in their own. */
export interface PostsBackground extends Pick<
  SignInBackground,
  "send" | "client" | "oauth" | "openPage" | "keepAlive"
> {
  readonly sessions: Pick<Sessions, "list" | "mayPost" | "hasConsent" | "addConsent" | "endConsent">;
  readonly engine: Pick<Engine, "call">;
}

type Consent = Parameters<Sessions["addConsent"]>[0];

/** Codes of a sign-in that did not succeed -> of a consent: the person stays signed in. */
const OF_CONSENT: Readonly<Record<string, string>> = {
  sign_in_denied: "post_denied",
  sign_in_closed: "post_window_closed",
  scope_missing: "post_closed",
};

const POST = v.object({ account: v.string() });
const NETWORKS: readonly SessionNetwork[] = ["bluesky", "fediverse"];

/** Make the handler of `post.allow`: have the account's server ask, unless it has allowed it, then send what was prepared. */
export function makePostHandlers(parts: PostsBackground): PageHandlers {
  const asked = (ask: () => Promise<Consent>) => parts.keepAlive(ask).catch(raiseOfConsent);
  return {
    "post.allow": async (message) => {
      const { account: id } = v.parse(POST, message);
      const accounts = await parts.sessions.list();
      const account = accounts.find((one) => one.id === id);
      if (!account) throw new SessionError("not_signed_in");
      if (account.expired) throw new SessionError("session_expired");
      if (!(await parts.sessions.mayPost(id)))
        await parts.sessions.addConsent(await asked(() => consentOf(parts, account, accounts)));
      void send(parts, account).catch(console.error);
      return {};
    },
  };
}

function raiseOfConsent(error: unknown): never {
  if (!(error instanceof SessionError)) throw error;
  throw new SessionError(OF_CONSENT[error.code] ?? error.code, error.params);
}

async function consentOf(
  parts: PostsBackground,
  account: Account,
  accounts: readonly Account[],
): Promise<Consent> {
  const consent = await ASK[account.network](parts, account, accounts);
  if (consent.id === account.id) return consent;
  // Stored under the account that gave it, it is told its end as any other.
  await parts.sessions.addConsent(consent);
  await parts.sessions.endConsent(consent.id);
  throw new SessionError("post_other_account", { address: account.address });
}

const ASK: Readonly<
  Record<
    SessionNetwork,
    (parts: PostsBackground, account: Account, accounts: readonly Account[]) => Promise<Consent>
  >
> = {
  bluesky: (parts, { id }) => bluesky.consentToPost({ ...parts.oauth(), openPage: parts.openPage }, id),
  fediverse: ({ send, openPage, client }, { server }, accounts) => {
    const isAnother = accounts.filter(({ network }) => network === "fediverse").length > 1;
    return mastodon.consentToPost({ send, openPage, client: client() }, server, isAnother);
  },
};

// The page that asked may have closed. Where the person gave the post up meanwhile, the consent ends unused.
async function send({ engine, sessions }: PostsBackground, { id, network }: Account): Promise<void> {
  try {
    await engine.call("post.send", { network });
  } catch (error) {
    if ((await readState(`post ${network}`)) === null) await sessions.endConsent(id);
    throw error;
  }
}

/** Go on with a post that a closed browser has cut off: one that was being sent, or whose consent had just been given. */
export async function goOnWithPosts({
  engine,
  sessions,
}: Pick<PostsBackground, "engine" | "sessions">): Promise<void> {
  for (const network of NETWORKS) {
    const view = await readState(`post ${network}`);
    const isCutOff = view?.state === "sending" || (view?.state === "posted" && view.has_consent);
    if (isCutOff) await engine.call("engine.start", {});
    else if (view?.state === "asked" && (await sessions.hasConsent(view.account)))
      await engine.call("post.send", { network });
  }
}
