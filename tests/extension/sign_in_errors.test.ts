// Every fault of signing in on both networks -> its sentence, in each language: whose fault it is and what to do.
import "fake-indexeddb/auto";
import {
  FetchResponseError,
  OAuthCallbackError,
  OAuthResponseError,
  TokenRefreshError,
} from "@atproto/oauth-client";
import { expect, test } from "vitest";
import {
  catalogueOf,
  isKey,
  makeTranslate,
} from "../../extension/lib/i18n/i18n";
import { toSessionError } from "../../extension/lib/sessions/bluesky/errors";
import { signIn as signInByPassword } from "../../extension/lib/sessions/kinds/app-password";
import { parseTyped } from "../../extension/lib/sessions/mastodon/server";
import { signIn as signInToMastodon } from "../../extension/lib/sessions/mastodon/sign-in";
import { type Reply, SessionError } from "../../extension/lib/sessions/records";

const HOST = "pds.example.org";
const SERVER = "social.example.org";
const ADA = {
  did: "did:plc:ada",
  handle: "ada.example.org",
  pds: `https://${HOST}`,
  password: "",
};
const CLIENT = {
  name: "P",
  website: "https://w.example.org",
  redirect: "https://r.example.org/m",
};

/** An error of OAuth by its name, as the client library throws it. */
const oauth = (error: string, status = 400) =>
  toSessionError(
    new OAuthResponseError(new Response(null, { status }), { error }),
    HOST,
  );
const returned = (error: string) =>
  toSessionError(
    new OAuthCallbackError(new URLSearchParams({ error }), "m", "s"),
    HOST,
  );
const reply = (status: number, value: unknown): Reply => ({
  host: HOST,
  status,
  headers: {},
  url: "",
  body: new TextEncoder().encode(JSON.stringify(value)),
});
const byPassword = (status: number, error: string) =>
  signInByPassword(() => Promise.resolve(reply(status, { error })), ADA);
const nodeInfo =
  (software: string) =>
  (_: string, { path }: { path: string }) => {
    if (path === "/.well-known/nodeinfo")
      return Promise.resolve(
        reply(200, { links: [{ href: `https://${SERVER}/nodeinfo/2.1` }] }),
      );
    if (path === "/nodeinfo/2.1")
      return Promise.resolve(reply(200, { software: { name: software } }));
    return Promise.resolve(reply(404, {}));
  };
const onMastodon = (send: Parameters<typeof signInToMastodon>[0]["send"]) =>
  signInToMastodon(
    { send, client: CLIENT, openPage: () => Promise.reject(new Error()) },
    SERVER,
    false,
  );

/** What happened, how to make it happen, the code, and what the sentence says in each language. */
const FAULTS: readonly (readonly [
  fault: string,
  make: () => unknown,
  code: string,
  en: RegExp,
  fr: RegExp,
  ar: RegExp,
])[] = [
  [
    "Bluesky: consent refused",
    () => returned("access_denied"),
    "sign_in_denied",
    /did not allow/,
    /pas accepté/,
    /لم تسمح|لم توافق|لم تأذن|لم تقبل/,
  ],
  [
    "window closed",
    () => new SessionError("sign_in_closed", { host: HOST }),
    "sign_in_closed",
    /window of .*pds\.example\.org.* was closed/,
    /fenêtre/,
    /نافذة/,
  ],
  [
    "server silent",
    () => new SessionError("server_unreachable", { host: HOST }),
    "server_unreachable",
    /does not answer: .*offline.*down.*blocker/,
    /hors ligne.*panne.*bloqueur/,
    /غير متصل.*معطّل.*مانع/,
  ],
  [
    "clock wrong",
    () => oauth("invalid_dpop_proof"),
    "clock_wrong",
    /clocks?.*automatic/,
    /horloge.*automatique/,
    /ساعة.*التلقائي/,
  ],
  [
    "token revoked elsewhere",
    () => toSessionError(new TokenRefreshError("did:plc:ada", "revoked"), HOST),
    "session_expired",
    /ended\. Sign in again/,
    /pris fin.*[Rr]econnectez/,
    /انتهت.*من جديد/,
  ],
  [
    "Bluesky does not know the client",
    () => oauth("invalid_client_metadata"),
    "client_unknown",
    /could not read who Passerelle is/,
    /Passerelle/,
    /Passerelle/,
  ],
  [
    "server without OAuth",
    () =>
      toSessionError(
        new FetchResponseError(new Response(null, { status: 404 })),
        HOST,
      ),
    "server_without_oauth",
    /app password/,
    /mot de passe d’application/,
    /كلمة مرور/,
  ],
  [
    "server asks to wait",
    () => oauth("slow_down", 429),
    "rate_limited",
    /asks to wait/,
    /attendre|patienter/,
    /الانتظار|انتظ/,
  ],
  [
    "server broken",
    () => oauth("server_error", 502),
    "server_error",
    /problem of its own/,
    /problème/,
    /خلل|مشكلة|عطل/,
  ],
  [
    "account suspended",
    () => byPassword(401, "AccountTakedown"),
    "account_taken_down",
    /suspended/,
    /suspendu/,
    /علّق|أوقف|موقوف|تعليق/,
  ],
  [
    "account deactivated",
    () => byPassword(400, "AccountDeactivated"),
    "sign_in_deactivated",
    /deactivated/,
    /désactivé/,
    /معطّل|معطل/,
  ],
  [
    "wrong app password",
    () => byPassword(401, "AuthenticationRequired"),
    "sign_in_refused",
    /app password is wrong/,
    /mot de passe d’application/,
    /كلمة مرور/,
  ],
  [
    "Mastodon: server without the API",
    () => onMastodon(nodeInfo("misskey")),
    "server_software_without_api",
    /runs .*misskey/,
    /misskey/,
    /misskey/,
  ],
  [
    "Mastodon: Lemmy",
    () => onMastodon(nodeInfo("lemmy")),
    "server_software_without_api",
    /runs .*lemmy/,
    /lemmy/,
    /lemmy/,
  ],
  [
    "a Bluesky address as server",
    () => parseTyped("ada.bsky.social"),
    "bluesky_address",
    /address on Bluesky/,
    /Bluesky/,
    /بلوسكاي/,
  ],
  [
    "no server's name",
    () => parseTyped("hello"),
    "invalid_server",
    /not the name of a server/,
    /serveur/,
    /خادم/,
  ],
  [
    "fewer scopes than asked",
    () => new SessionError("scope_missing", { host: SERVER }),
    "scope_missing",
    /does not allow Passerelle to follow/,
    /ne permet pas|n’autorise pas/,
    /تسمح|يسمح|تتيح/,
  ],
];

const CODED = FAULTS.map(([fault, make, code]) => [fault, make, code] as const);
test.each(CODED)("%s has a cause of its own", async (_, make, code) => {
  expect(await raisedBy(make)).toMatchObject({ code });
});

const SPOKEN = FAULTS.flatMap(([fault, make, , en, fr, ar]) =>
  Object.entries({ en, fr, ar }).map(
    ([language, said]) => [fault, language, make, said] as const,
  ),
);
test.each(SPOKEN)("%s, said in %s", async (_, language, make, said) => {
  const { code, params } = await raisedBy(make);
  const key = `error.${code}`;
  expect(isKey(key)).toBe(true);
  if (!isKey(key)) return;
  const sentence = makeTranslate(language)(key, params);
  expect(sentence.replaceAll(/[\u2066-\u2069]/g, "")).toMatch(said);
  // One sentence or two, and every value filled in.
  expect(sentence).not.toMatch(/[{}]/);
  expect(catalogueOf("en")[key]).not.toBe("");
});

async function raisedBy(make: () => unknown): Promise<SessionError> {
  const made = await Promise.resolve()
    .then(make)
    .catch((error: unknown) => error);
  if (!(made instanceof SessionError)) throw made;
  return made;
}
