// Signing in for popup and tab, which may close meanwhile: the popup does as soon as the server's window opens.
import * as v from "valibot";
import { type Failure, failureOf } from "../engine/failures";
import type { Account, Sessions } from "../sessions";
import * as bluesky from "../sessions/bluesky/sign-in";
import type { Client } from "../sessions/mastodon/app";
import * as mastodon from "../sessions/mastodon/sign-in";
import type { Send } from "../sessions/records";
import type { SignInDraft } from "../settings";
import type { PageHandlers } from "./router";

/** What signing in needs; tests hand in their own. */
export interface SignInBackground {
  readonly sessions: Pick<Sessions, "add" | "list">;
  readonly send: Send;
  readonly client: () => Client;
  /** For Bluesky: the client's own way to the network and its locks, and where the page returns. */
  readonly oauth: () => Omit<bluesky.SignInParts, "openPage">;
  readonly openPage: (url: string) => Promise<string>;
  readonly openTab: (url: string) => Promise<unknown>;
  readonly keepAlive: <T>(work: () => Promise<T>) => Promise<T>;
  readonly setDraft: (draft: SignInDraft | null) => Promise<void>;
  readonly readStarted: () => Promise<mastodon.Started | null>;
  readonly setStarted: (started: mastodon.Started | null) => Promise<void>;
  /** What is to be done once an account is signed in: following that stopped for it goes on. */
  readonly afterwards: (account: Account) => Promise<void>;
}

const TYPED = v.object({ typed: v.string() });
const BLUESKY = v.object({
  typed: v.string(),
  further: v.optional(v.array(v.picklist(["search", "claim", "block"])), []),
});
const CODE = v.object({ code: v.string() });

/** Make the handlers. Each answers with the account, or with the error, which also waits in the draft for the next page. */
export function makeSignInHandlers(parts: SignInBackground): PageHandlers {
  async function finishing(
    draft: SignInDraft,
    work: () => Promise<Parameters<Sessions["add"]>[0]>,
  ): Promise<Account> {
    await parts.setDraft(draft);
    try {
      const account = await parts.sessions.add(await parts.keepAlive(work));
      await parts.setDraft(null);
      void parts.afterwards(account).catch(console.error);
      return account;
    } catch (error) {
      const failure: Failure = failureOf(error);
      await parts.setDraft({ ...draft, failure });
      throw error;
    }
  }

  async function isAnother(): Promise<boolean> {
    return (await parts.sessions.list()).some(({ network, expired }) => network === "fediverse" && !expired);
  }

  return {
    "sign-in.bluesky": (message) => {
      const { typed, further } = v.parse(BLUESKY, message);
      return finishing({ network: "bluesky", typed, failure: null }, () =>
        bluesky.signIn({ ...parts.oauth(), openPage: parts.openPage }, typed, further),
      );
    },
    "sign-in.mastodon": (message) => {
      const { typed } = v.parse(TYPED, message);
      const { send, openPage } = parts;
      return finishing({ network: "fediverse", typed, failure: null }, async () =>
        mastodon.signIn({ send, openPage, client: parts.client() }, typed, await isAnother()),
      );
    },
    "sign-in.mastodon-code": async (message) => {
      const { typed } = v.parse(TYPED, message);
      const started = await mastodon.start(parts.send, parts.client(), typed);
      await parts.setStarted(started);
      await parts.openTab(started.url);
      return { host: new URL(started.url).host };
    },
    "sign-in.mastodon-finish": async (message) => {
      const { code } = v.parse(CODE, message);
      const started = await parts.readStarted();
      if (!started)
        throw Object.assign(new Error("No sign-in was started."), { code: "sign_in_failed", params: {} });
      const typed = new URL(started.url).host;
      return finishing({ network: "fediverse", typed, failure: null }, async () => {
        const signedIn = await mastodon.finish(parts.send, started, code);
        await parts.setStarted(null);
        return signedIn;
      });
    },
  };
}
