// Signing in with an app password, and requests that renew the session exactly once.
import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { makeSessions, SessionError } from "../../extension/lib/sessions";
import type { Call, Reply } from "../../extension/lib/sessions/records";
import * as store from "../../extension/lib/sessions/store";
import { locks } from "./locks";

const PDS = "https://pds.example.org";
const ADA = {
  did: "did:plc:ada",
  handle: "ada.example.org",
  pds: `${PDS}/`,
  password: "aaaa-bbbb-cccc-dddd",
};
const LIST: Call = {
  method: "GET",
  path: "/xrpc/com.atproto.repo.listRecords",
};

/** A PDS that accepts one access token at a time and renews with one refresh token at a time. */
class Pds {
  generation = 1;
  calls: { name: string; token: string; body: string }[] = [];
  down = false;
  answers: Record<string, { status: number; body: unknown }> = {};

  send = (server: string, call: Call): Promise<Reply> => {
    if (this.down)
      return Promise.reject(
        new SessionError("server_unreachable", { host: "pds.example.org" }),
      );
    expect(server).toBe(PDS);
    const name = call.path.split(".").at(-1) ?? "";
    const token = (call.headers?.authorization ?? "").replace("Bearer ", "");
    this.calls.push({
      name,
      token,
      body: new TextDecoder().decode(call.body ?? new Uint8Array()),
    });
    const { status, body } = this.answers[name] ?? this.answer(name, token);
    return Promise.resolve({
      host: "pds.example.org",
      status,
      headers: {},
      url: server + call.path,
      body: new TextEncoder().encode(JSON.stringify(body)),
    });
  };

  named = (name: string) => this.calls.filter((call) => call.name === name);

  private answer(
    name: string,
    token: string,
  ): { status: number; body: unknown } {
    if (name === "createSession") return { status: 200, body: this.tokens() };
    if (name === "refreshSession") {
      if (token !== `refresh-${this.generation}`)
        return { status: 400, body: { error: "ExpiredToken" } };
      this.generation += 1;
      return { status: 200, body: this.tokens() };
    }
    if (token === `access-${this.generation}`)
      return { status: 200, body: { records: [] } };
    return {
      status: 400,
      body: { error: "ExpiredToken", message: "Token has expired" },
    };
  }

  private tokens() {
    return {
      did: ADA.did,
      handle: ADA.handle,
      accessJwt: `access-${this.generation}`,
      refreshJwt: `refresh-${this.generation}`,
    };
  }
}

let pds: Pds;
let sessions: ReturnType<typeof makeSessions>;

beforeEach(async () => {
  await store.clear();
  pds = new Pds();
  sessions = makeSessions({
    send: pds.send,
    fetch: () => Promise.reject(new Error("no fetch here")),
    exclusively: locks(),
    now: () => new Date("2026-11-20T10:00:00Z"),
  });
});

async function kept(): Promise<string> {
  return JSON.stringify(await store.all());
}

test("who signed in is the current account, and pages see no token", async () => {
  await sessions.signIn(ADA);
  const account = {
    kind: "app-password",
    id: ADA.did,
    network: "bluesky",
    address: ADA.handle,
    server: PDS,
    expired: false,
    endsAt: null,
    maySearch: true,
    mayClaim: true,
    mayBlock: true,
  };
  expect(await sessions.current("bluesky")).toEqual(account);
});

test("the password goes to the server and is kept nowhere", async () => {
  await sessions.signIn(ADA);
  expect(JSON.parse(pds.named("createSession")[0]?.body ?? "")).toEqual({
    identifier: ADA.did,
    password: ADA.password,
  });
  expect(await kept()).not.toContain(ADA.password);
});

test("a password is sent to public https servers only", async () => {
  for (const server of [
    "http://pds.example.org",
    "ftp://x",
    "nonsense",
    "https://user:secret@pds.example.org",
    "https://127.0.0.1:8443",
    "https://2130706433",
    "https://0x7f.1",
    "https://192.168.1.1",
    "https://[::1]",
    "https://[::ffff:10.0.0.1]:2583",
    "https://localhost",
    "https://router",
    "https://nas.local",
    "https://pds.internal",
  ]) {
    await expect(
      sessions.signIn({ ...ADA, pds: server }),
    ).rejects.toMatchObject({ code: "server_not_public" });
  }
  expect(pds.calls).toEqual([]);
});

test.each([
  [401, "AuthenticationRequired", "sign_in_refused"],
  [400, "InvalidRequest", "sign_in_refused"],
  [401, "AuthFactorTokenRequired", "auth_factor_required"],
  [400, "ExpiredToken", "auth_factor_refused"],
  [429, "RateLimitExceeded", "rate_limited"],
  [401, "AccountTakedown", "account_taken_down"],
  [502, "UpstreamFailure", "server_error"],
  [404, "MethodNotImplemented", "server_refused"],
])("HTTP %i %s means %s, and nothing is kept", async (status, error, code) => {
  pds.answers.createSession = { status, body: { error } };
  await expect(sessions.signIn(ADA)).rejects.toMatchObject({ code });
  expect(await sessions.current("bluesky")).toBeNull();
});

test("an account that was taken down is called so, also where the server calls its app password wrong", async () => {
  pds.answers.createSession = {
    status: 401,
    body: { error: "AuthenticationRequired" },
  };
  pds.answers["getRepoStatus?did=did%3Aplc%3Aada"] = {
    status: 200,
    body: { did: ADA.did, active: false, status: "takendown" },
  };
  await expect(sessions.signIn(ADA)).rejects.toMatchObject({
    code: "account_taken_down",
  });
});

test("a server that does not answer is not a wrong password", async () => {
  pds.down = true;
  await expect(sessions.signIn(ADA)).rejects.toMatchObject({
    code: "server_unreachable",
    params: { host: "pds.example.org" },
  });
});

test("a server that signs in somebody else is refused", async () => {
  pds.answers.createSession = {
    status: 200,
    body: {
      did: "did:plc:eve",
      handle: "eve.example.org",
      accessJwt: "a",
      refreshJwt: "b",
    },
  };
  await expect(sessions.signIn(ADA)).rejects.toMatchObject({
    code: "server_error",
  });
});

test("the code from the e-mail is sent along", async () => {
  await sessions.signIn({ ...ADA, code: "ABCDE-12345" });
  expect(pds.named("createSession")[0]?.body).toContain(
    '"authFactorToken":"ABCDE-12345"',
  );
});

test("a request carries the access token", async () => {
  await sessions.signIn(ADA);
  expect((await sessions.authorizedFetch(ADA.did, LIST)).status).toBe(200);
  expect(pds.named("listRecords").map(({ token }) => token)).toEqual([
    "access-1",
  ]);
});

test("an expired access token (400 ExpiredToken) is renewed once and the request sent again", async () => {
  await sessions.signIn(ADA);
  await accessTokenRunsOut();
  expect((await sessions.authorizedFetch(ADA.did, LIST)).status).toBe(200);
  expect(pds.named("listRecords").map(({ token }) => token)).toEqual([
    "access-1",
    "access-3",
  ]);
  expect(await kept()).toContain("refresh-3");
});

test("a server that answers 401 for ever is asked twice, not for ever", async () => {
  await sessions.signIn(ADA);
  pds.answers.listRecords = { status: 401, body: { error: "AuthMissing" } };
  expect((await sessions.authorizedFetch(ADA.did, LIST)).status).toBe(401);
  expect(pds.named("listRecords")).toHaveLength(2);
});

test("two requests at the same moment renew once: a refresh token works only once", async () => {
  await sessions.signIn(ADA);
  await accessTokenRunsOut();
  const replies = await Promise.all(
    [1, 2, 3].map(() => sessions.authorizedFetch(ADA.did, LIST)),
  );
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(pds.named("refreshSession")).toHaveLength(1);
});

// From now on the PDS takes only later access tokens; the refresh token is still good.
async function accessTokenRunsOut() {
  pds.generation = 2;
  await store.update({
    ...(await session()),
    tokens: { access: "access-1", refresh: "refresh-2" },
  });
}

async function session() {
  const found = await store.get(ADA.did);
  if (found?.kind !== "app-password") throw new Error("no session");
  return found;
}

test("when the refresh token is over too, the session is: said now, and at once the next time", async () => {
  await sessions.signIn(ADA);
  pds.generation = 9;
  await expect(sessions.authorizedFetch(ADA.did, LIST)).rejects.toMatchObject({
    code: "session_expired",
  });
  const asked = pds.calls.length;
  await expect(sessions.authorizedFetch(ADA.did, LIST)).rejects.toMatchObject({
    code: "session_expired",
  });
  expect(pds.calls).toHaveLength(asked);
  expect(await sessions.current("bluesky")).toMatchObject({
    address: ADA.handle,
    expired: true,
    endsAt: null,
    maySearch: true,
    mayClaim: true,
    mayBlock: true,
  });
});

test.each(["AccountTakedown", "AccountDeactivated", "RepoSuspended"])(
  "a request refused with 401 %s is answered so, without a renewal, and the session lives",
  async (error) => {
    await sessions.signIn(ADA);
    pds.answers.listRecords = { status: 401, body: { error } };
    const reply = await sessions.authorizedFetch(ADA.did, LIST);
    expect(reply.status).toBe(401);
    expect(new TextDecoder().decode(reply.body)).toContain(error);
    expect(pds.named("refreshSession")).toEqual([]);
    expect((await sessions.current("bluesky"))?.expired).toBe(false);
  },
);

test("a renewal refused because the account was taken down does not end the session", async () => {
  await sessions.signIn(ADA);
  pds.answers.listRecords = { status: 400, body: { error: "ExpiredToken" } };
  pds.answers.refreshSession = {
    status: 401,
    body: { error: "AccountTakedown" },
  };
  const reply = await sessions.authorizedFetch(ADA.did, LIST);
  expect(new TextDecoder().decode(reply.body)).toContain("AccountTakedown");
  expect((await sessions.current("bluesky"))?.expired).toBe(false);
});

test("a server that is overloaded while renewing does not end the session", async () => {
  await sessions.signIn(ADA);
  pds.generation = 9;
  pds.answers.refreshSession = { status: 503, body: {} };
  expect((await sessions.authorizedFetch(ADA.did, LIST)).status).toBe(503);
  expect(await sessions.current("bluesky")).toMatchObject({ expired: false });
});

test("a server that is down while renewing does not end the session", async () => {
  await sessions.signIn(ADA);
  const send = pds.send;
  sessions = makeSessions({
    send: (server, call) => {
      pds.down = call.path.includes("refreshSession");
      return send(server, call);
    },
    fetch: () => Promise.reject(new Error("no fetch here")),
    exclusively: locks(),
    now: () => new Date(),
  });
  pds.generation = 9;
  await expect(sessions.authorizedFetch(ADA.did, LIST)).rejects.toMatchObject({
    code: "server_unreachable",
  });
  expect(await sessions.current("bluesky")).toMatchObject({ expired: false });
});

test("who never signed in is told so, without a request", async () => {
  await expect(sessions.authorizedFetch(ADA.did, LIST)).rejects.toMatchObject({
    code: "not_signed_in",
  });
  expect(pds.calls).toEqual([]);
});

test("signing out forgets first and tells the server after, even one that is down", async () => {
  await sessions.signIn(ADA);
  pds.down = true;
  await sessions.signOut(ADA.did);
  expect(await sessions.current("bluesky")).toBeNull();
  expect(await store.all()).toEqual([]);
});

test("signing out ends the session on the server", async () => {
  await sessions.signIn(ADA);
  await sessions.signOut(ADA.did);
  expect(pds.named("deleteSession").map(({ token }) => token)).toEqual([
    "refresh-1",
  ]);
});

test("signing in again ends the earlier session on the server", async () => {
  await sessions.signIn(ADA);
  pds.generation = 2;
  await sessions.signIn(ADA);
  expect(pds.named("deleteSession").map(({ token }) => token)).toEqual([
    "refresh-1",
  ]);
  expect(await kept()).toContain("refresh-2");
  expect(await store.all()).toHaveLength(1);
});

test("tokens that a renewal brings after the sign-out are ended, not left alive", async () => {
  await sessions.signIn(ADA);
  await accessTokenRunsOut();
  const signingOutMeanwhile = makeSessions({
    send: async (server, call) => {
      const reply = await pds.send(server, call);
      if (call.path.includes("refreshSession")) await sessions.signOut(ADA.did);
      return reply;
    },
    fetch: () => Promise.reject(new Error("no fetch here")),
    exclusively: locks(),
    now: () => new Date(),
  });
  await expect(
    signingOutMeanwhile.authorizedFetch(ADA.did, LIST),
  ).rejects.toMatchObject({ code: "not_signed_in" });
  expect(pds.named("deleteSession").map(({ token }) => token)).toEqual([
    "refresh-2",
    "refresh-3",
  ]);
});

test("deleting everything ends every session, and no server is waited for before they are gone", async () => {
  await sessions.signIn(ADA);
  pds.down = true;
  await sessions.deleteAll();
  expect(await store.all()).toEqual([]);
  pds.down = false;
  await sessions.signIn(ADA);
  const ending = sessions.deleteAll();
  await vi.waitFor(async () => expect(await store.all()).toEqual([]));
  await ending;
  expect(pds.named("deleteSession")).toHaveLength(1);
});

test("a session forgotten during its renewal stays forgotten", async () => {
  await sessions.signIn(ADA);
  await accessTokenRunsOut();
  const signingOutMeanwhile = makeSessions({
    send: async (server, call) => {
      if (call.path.includes("refreshSession")) await store.remove(ADA.did);
      return pds.send(server, call);
    },
    fetch: () => Promise.reject(new Error("no fetch here")),
    exclusively: locks(),
    now: () => new Date(),
  });
  await expect(
    signingOutMeanwhile.authorizedFetch(ADA.did, LIST),
  ).rejects.toMatchObject({ code: "not_signed_in" });
  expect(await store.all()).toEqual([]);
});

test("other pages hear of it", async () => {
  const heard = vi.fn();
  const stop = sessions.onChange(heard);
  await sessions.signIn(ADA);
  await vi.waitFor(() => expect(heard).toHaveBeenCalled());
  stop();
});

test("an app password posts without a further consent, and none is stored", async () => {
  await sessions.signIn(ADA);
  expect([
    await sessions.mayPost(ADA.did),
    await sessions.hasConsent(ADA.did),
  ]).toEqual([true, false]);
  const reply = await sessions.authorizedFetch(ADA.did, LIST, "post");
  expect(reply.status).toBe(200);
});
