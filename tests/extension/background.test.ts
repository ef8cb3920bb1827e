// The background as it starts: which listeners it adds at once, and what they answer to whom.
import "fake-indexeddb/auto";
import { beforeAll, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { CONTENT_MESSAGES } from "../../extension/lib/messages/schemas";
import { readReading } from "../../extension/lib/messages/reading";

const wakeEngine = vi.fn(() => Promise.resolve({ worker: "w1" }));
const checkQueue = vi.fn(() => Promise.resolve());
vi.mock("../../extension/lib/background/engine-host", () => ({ wakeEngine }));
vi.mock("../../extension/lib/background/resume", () => ({
  QUEUE_ALARM: "queue.look",
  checkQueue,
  scheduleQueueCheck: () => Promise.resolve(),
}));

type OnMessage = (
  message: unknown,
  sender: object,
  respond: (answer: unknown) => void,
) => boolean;
type OnConnect = (port: object) => void;
const messages: OnMessage[] = [];
const connections: OnConnect[] = [];
const id = "0b9d1f6e-5a0c-4c58-9d0b-2f6f5b1f2c11";
const PAGE = {
  id: fakeBrowser.runtime.id,
  url: fakeBrowser.runtime.getURL("/popup.html"),
};
const CONTENT = { id: fakeBrowser.runtime.id, url: "https://x.com/home" };

vi.stubGlobal("navigator", { ...globalThis.navigator, languages: ["en"] }); // Node 20 has none

beforeAll(async () => {
  fakeBrowser.runtime.onMessage.addListener = (listener: unknown) =>
    void messages.push(listener as OnMessage);
  Object.assign(fakeBrowser.runtime, {
    onConnect: { addListener: (one: OnConnect) => void connections.push(one) },
  });
  for (const event of ["onAdded", "onRemoved"])
    Object.assign(fakeBrowser.permissions, {
      [event]: { addListener: () => undefined },
    });
  fakeBrowser.permissions.contains = () => Promise.resolve(false);
  const { default: background } =
    await import("../../extension/entrypoints/background/index");
  await background.main(); // adds its listeners before anything is awaited
});

/** Send a message as `sender`; resolves to the answer, or to null where no listener takes it. */
function send(message: object, sender: object): Promise<unknown> {
  return new Promise((resolve) => {
    const isTaken = messages.map((listener) =>
      listener(message, sender, resolve),
    );
    if (!isTaken.includes(true)) resolve(null);
  });
}

test("one listener for messages and one for ports are there at once", () => {
  expect([messages.length, connections.length]).toEqual([1, 1]);
});

test("a page wakes the engine; a content script cannot", async () => {
  expect(await send({ type: "engine.wake" }, CONTENT)).toBeNull();
  expect(wakeEngine).not.toHaveBeenCalled();
  expect(await send({ type: "engine.wake" }, PAGE)).toEqual({ worker: "w1" });
});

test("a page begins and ends the reading of a list", async () => {
  await send({ type: "reading.start", kind: "followers" }, PAGE);
  expect(await readReading()).toMatchObject({ kind: "followers", read: 0 });
  await send({ type: "reading.stop" }, PAGE);
  expect(await readReading()).toBeNull();
});

test.each(Object.keys(CONTENT_MESSAGES))(
  "%s of a content script has a handler",
  async (type) => {
    const answer = await send({ id, type }, CONTENT);
    expect(answer).not.toBeNull(); // its fields may be missing here: then the answer is an error
    expect(await send({ id, type }, PAGE)).toBeNull();
  },
);

test("people seen by a content script are stored", async () => {
  const person = { rest_id: "11", screen_name: "ada", links: [] };
  expect(
    await send(
      { id, type: "people.seen", people: [person], listed: null },
      CONTENT,
    ),
  ).toEqual({ id, result: {} });
});

test("a message over a port is answered over it, and one that is not allowed is not", async () => {
  const answers: unknown[] = [];
  let hear: (message: unknown) => void = () => undefined;
  connections[0]?.({
    sender: CONTENT,
    onMessage: { addListener: (one: typeof hear) => (hear = one) },
    postMessage: (answer: unknown) => answers.push(answer),
  });
  hear({ type: "reading.stop" });
  hear({ id, type: "badge.rows", people: [] });
  await vi.waitFor(() => {
    expect(answers).toEqual([{ id, result: { views: [] } }]);
  });
});

test("the alarm of the queue looks at it, another one does not", async () => {
  checkQueue.mockClear();
  await fakeBrowser.alarms.onAlarm.trigger({
    name: "another",
    scheduledTime: 0,
  });
  expect(checkQueue).not.toHaveBeenCalled();
  await fakeBrowser.alarms.onAlarm.trigger({
    name: "queue.look",
    scheduledTime: 0,
  });
  expect(checkQueue).toHaveBeenCalledOnce();
});
