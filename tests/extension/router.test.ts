// The trust boundary of the background: who may send what.
import { expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import {
  type ContentHandlers,
  makeRoute,
} from "../../extension/lib/background/router";
import { CONTENT_MESSAGES } from "../../extension/lib/messages/schemas";

const ID = fakeBrowser.runtime.id;
const PAGE = { id: ID, url: fakeBrowser.runtime.getURL("/popup.html") };
const CONTENT = { id: ID, url: "https://x.com/home" };
const id = "0b9d1f6e-5a0c-4c58-9d0b-2f6f5b1f2c11";

/** A route whose handlers answer with what they were given. */
function setUp() {
  const wake = vi.fn((message: object) => Promise.resolve(message));
  const content = Object.fromEntries(
    Object.keys(CONTENT_MESSAGES).map((type) => [
      type,
      vi.fn((fields: object) => Promise.resolve(fields)),
    ]),
  );
  const route = makeRoute(
    { "engine.wake": wake },
    content as unknown as ContentHandlers,
  );
  return { route, wake, content };
}

test("the extension's own pages reach their handlers", async () => {
  const { route } = setUp();
  const message = { type: "engine.wake", silent: "w" };
  expect(await route(message, PAGE)).toEqual(message);
});

test("a content script's message reaches its handler with checked fields only", async () => {
  const { route, content } = setUp();
  const message = { id, type: "page.health", is_readable: true, extra: 1 };
  expect(await route(message, CONTENT)).toEqual({
    id,
    result: { is_readable: true },
  });
  expect(content["page.health"]).toHaveBeenCalledWith({ is_readable: true });
});

test.each([
  ["a content script", CONTENT],
  [
    "a page that pretends by its path",
    { id: ID, url: `https://x.com/?${PAGE.url}` },
  ],
  ["a sender without address", { id: ID }],
  ["another extension", { ...PAGE, id: "other" }],
  ["another extension's content script", { ...CONTENT, id: "other" }],
  ["a sender without id", { url: PAGE.url }],
])("%s cannot send what the extension's pages may", (_, sender) => {
  const { route, wake } = setUp();
  expect(route({ type: "engine.wake" }, sender)).toBeNull();
  expect(wake).not.toHaveBeenCalled();
});

test("another extension cannot send what content scripts may", () => {
  const { route, content } = setUp();
  const message = { id, type: "page.health", is_readable: true };
  expect(route(message, { ...CONTENT, id: "other" })).toBeNull();
  expect(content["page.health"]).not.toHaveBeenCalled();
});

test("the extension's pages cannot send what content scripts may", () => {
  const { route } = setUp();
  const message = { id, type: "page.health", is_readable: true };
  expect(route(message, PAGE)).toBeNull();
});

test.each([
  "data.delete",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
])("the unknown type %j has no answer from anyone", (type) => {
  const { route } = setUp();
  expect(route({ id, type }, PAGE)).toBeNull();
  expect(route({ id, type }, CONTENT)).toBeNull();
});

test.each([null, undefined, 7, "engine.wake", [], {}, { type: 7 }])(
  "%j is no message",
  (message) => {
    const { route } = setUp();
    expect(route(message, PAGE)).toBeNull();
    expect(route(message, CONTENT)).toBeNull();
  },
);

test("wrong fields are an error for the content script, and no handler sees them", async () => {
  const { route, content } = setUp();
  const message = { id, type: "page.health", is_readable: "yes" };
  expect(await route(message, CONTENT)).toMatchObject({
    error: { code: "unknown_command" },
  });
  expect(content["page.health"]).not.toHaveBeenCalled();
});

test("a handler that fails answers with an error", async () => {
  vi.spyOn(console, "error").mockReturnValue(undefined);
  const { route, content } = setUp();
  content["session.open"]?.mockRejectedValue(new Error("broken"));
  expect(await route({ id, type: "session.open" }, CONTENT)).toMatchObject({
    id,
    error: { code: "bug" },
  });
});
