// lib/page/posting: what is stored before the server is asked, who can post, and that the text comes back.
import { expect, test } from "vitest";
import {
  Posting,
  type PostingParts,
} from "../../../extension/lib/page/posting.svelte";

const ADA = { id: "did:plc:ada", kind: "oauth", expired: false };

function make(
  over: Partial<Record<"view" | "account", object | null>> = {},
  hasPage = true,
) {
  const log: unknown[] = [];
  const view = over.view ?? null;
  const parts = {
    engine: {
      call: (type: string, fields: object, files: File[] = []) => {
        log.push([
          type,
          fields,
          files.map(({ name, type }) => `${name} ${type}`),
        ]);
        return Promise.resolve({});
      },
    },
    stored: { posts: { bluesky: view, fediverse: null } },
    signedIn: {
      current: {
        bluesky: over.account === undefined ? ADA : over.account,
        fediverse: null,
      },
    },
    exit: {
      post: () => " Hello ",
      setPost: (place: string, text: string) => log.push(["text", place, text]),
      language: "en",
      description: "Words",
    },
    makePicture: () => Promise.resolve(new Blob(["png"])),
    askBackground: (message: object) => {
      log.push(message);
      return Promise.resolve({});
    },
    askConsent: () => Promise.resolve(true),
    hasServerPage: () => hasPage,
  } as unknown as PostingParts;
  return { posting: new Posting(parts), parts, log };
}

test("the text and the picture are stored before the server is asked", async () => {
  const { posting, log } = make();
  await posting.post("bluesky");
  expect(log).toEqual([
    [
      "post.prepare",
      {
        network: "bluesky",
        account: ADA.id,
        text: "Hello",
        language: "en",
        alt: "Words",
        width: 1200,
        height: 675,
        names: ["exit.png"],
      },
      ["exit.png image/png"],
    ],
    { type: "post.allow", account: ADA.id },
  ]);
});

test("who is not signed in, or cannot be asked, does not post", () => {
  expect(make().posting.account("fediverse")).toBeNull();
  expect(
    make({ account: { ...ADA, expired: true } }).posting.account("bluesky"),
  ).toBeNull();
  expect(make({}, false).posting.account("bluesky")).toBeNull();
  const password = { ...ADA, kind: "app-password" };
  expect(make({ account: password }, false).posting.account("bluesky")).toBe(
    password,
  );
});

test("given up, the text comes back to be changed; of a post that is there it does not", async () => {
  const given = make({
    view: { state: "failed", text: "Mine", account: ADA.id },
  });
  await given.posting.close("bluesky");
  expect(given.log).toEqual([
    ["post.close", { network: "bluesky" }, []],
    ["text", "bluesky", "Mine"],
  ]);
  const there = make({ view: { state: "posted", text: "Mine" } });
  await there.posting.close("bluesky");
  expect(there.log).toHaveLength(1);
});

test("why it did not succeed is told for its network until the next press", async () => {
  const { posting, parts } = make({
    view: { state: "asked", account: ADA.id },
  });
  Object.assign(parts, {
    askBackground: () =>
      Promise.reject(
        Object.assign(new Error(), { code: "post_denied", params: {} }),
      ),
  });
  await posting.again("bluesky");
  expect(posting.failureOf("bluesky")?.code).toBe("post_denied");
  expect(posting.failureOf("fediverse")).toBeNull();
  Object.assign(parts, { askBackground: () => Promise.resolve({}) });
  await posting.again("bluesky");
  expect(posting.failureOf("bluesky")).toBeNull();
});

test("where the browser may not send posts, nothing is stored", async () => {
  const { posting, parts, log } = make();
  Object.assign(parts, { askConsent: () => Promise.resolve(false) });
  await posting.post("bluesky");
  expect(log).toEqual([]);
  expect(posting.failureOf("bluesky")?.code).toBe("post_consent_refused");
});
