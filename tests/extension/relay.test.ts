// lib/engine/relay.ts: requests of a page that closed reach the engine.
import { afterEach, expect, test, vi } from "vitest";
import {
  type Awake,
  type NotAwake,
  openChannel,
} from "../../extension/lib/engine/channel";
import { makeEngine } from "../../extension/lib/engine/client";
import { relayRequests } from "../../extension/lib/engine/relay";

const AWAKE = { listening: true as const, worker: "first" };
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Return a worker that begins to listen when it is started, and what it heard. */
function workerToStart(): { start: () => void; heard: string[] } {
  const heard: string[] = [];
  const start = () => {
    const channel = openChannel((message) => {
      if ("request" in message) heard.push(message.request.type);
    });
    closing.push(channel.close);
  };
  return { start, heard };
}

/** Send a command from a page that closes before the engine answers. */
function closeAfterCalling(type: "archive.open" | "archive.cancel"): void {
  const page = makeEngine(() => new Promise<Awake | NotAwake>(() => undefined));
  void (type === "archive.open"
    ? page.call(type, { names: ["a.zip"] })
    : page.call(type, {}));
  page.close();
}

test("an archive dropped in a popup that closes at once is relayed when a worker listens", async () => {
  const worker = workerToStart();
  closing.push(
    relayRequests(() => Promise.resolve(AWAKE).finally(worker.start)),
  );
  closeAfterCalling("archive.open");
  await vi.waitFor(() => {
    expect(worker.heard).toEqual(["archive.open"]);
  });
});

test("requests that are useless without their page are not relayed", async () => {
  const worker = workerToStart();
  worker.start();
  const wake = vi.fn(() => Promise.resolve(AWAKE));
  closing.push(relayRequests(wake));
  closeAfterCalling("archive.cancel");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(wake).not.toHaveBeenCalled();
  expect(worker.heard).toEqual([]);
});
