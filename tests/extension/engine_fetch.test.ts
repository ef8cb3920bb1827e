// The engine's requests in the browser: what the core asked for is sent, and no more of an answer is read than it wants.
import { afterEach, expect, test, vi } from "vitest";
import { answer, type Asked } from "../../extension/engine/fetch";

const ASKED: Asked = {
  method: "GET",
  url: "https://quai.example.org/a",
  headers: {},
  body: undefined,
  account: undefined,
  timeout: 5,
  limit: 100,
  may_redirect: false,
  grant: "sign-in",
  purpose: "account",
};

/** A server that sends `pieces` one by one, and says how many were taken. */
function serve(pieces: string[]): { taken: () => number } {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces[taken];
      if (piece === undefined) {
        controller.close();
        return;
      }
      taken += 1;
      controller.enqueue(new TextEncoder().encode(piece));
    },
  });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body)));
  return { taken: () => taken };
}

async function bodyOf(limit: number): Promise<string> {
  const answered = await answer({ ...ASKED, limit });
  if (!("body" in answered)) throw new Error(answered.code);
  return new TextDecoder().decode(answered.body);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  [100, "onetwothree"],
  [11, "onetwothree"],
  [7, "onetwot"],
  [3, "one"],
])("of an answer %s bytes are read", async (limit, expected) => {
  serve(["one", "two", "three"]);
  expect(await bodyOf(limit)).toBe(expected);
});

test("what is too long is not taken from the network", async () => {
  const server = serve(Array.from({ length: 1_000 }, () => "x".repeat(1_000)));
  expect(await bodyOf(2_500)).toHaveLength(2_500);
  expect(server.taken()).toBeLessThan(10);
});

test("an answer without a body is an empty one", async () => {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(null, { status: 204 })),
  );
  expect(await bodyOf(10)).toBe("");
});

test.each([
  [true, "follow"],
  [false, "error"],
])(
  "where redirects are allowed (%s), the browser is told to %s",
  async (may_redirect, redirect) => {
    const told: (string | undefined)[] = [];
    vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
      told.push(init.redirect);
      return Promise.resolve(new Response(null, { status: 204 }));
    });
    await answer({ ...ASKED, may_redirect });
    expect(told).toEqual([redirect]);
  },
);

/** An answer that came from `url` after a redirect, and whether its body was taken. */
function redirectedTo(url: string): { taken: () => boolean } {
  let taken = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        taken = true;
        controller.enqueue(new TextEncoder().encode("secret"));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const response = new Response(body);
  Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: true },
  });
  vi.stubGlobal("fetch", () => Promise.resolve(response));
  return { taken: () => taken };
}

test.each([
  "http://127.0.0.1/",
  "https://127.0.0.1/",
  "https://[::1]/",
  "https://router.lan/",
  "https://nas/",
])(
  "the body of an answer that a redirect fetched from %s is not read",
  async (url) => {
    const server = redirectedTo(url);
    expect(await answer({ ...ASKED, may_redirect: true })).toEqual({
      code: "server_error",
      params: { host: "quai.example.org" },
    });
    expect(server.taken()).toBe(false);
  },
);

test("an answer that a redirect fetched from a public host is read, with its address", async () => {
  redirectedTo("https://social.example.org/ada");
  expect(await answer({ ...ASKED, may_redirect: true })).toMatchObject({
    status: 200,
    url: "https://social.example.org/ada",
  });
});
