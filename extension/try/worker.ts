// The script of the page's engine: state in memory alone, no network, one page as its only client.
import { startEngine } from "../engine/worker";
import type { Message } from "../lib/engine/channel";
import { type FromWorker, WHOLE } from "./engine";

const UNREACHABLE = { code: "server_unreachable", params: {} };

function post(message: FromWorker): void {
  self.postMessage(message);
}

/** Speak with the page that started this worker: a BroadcastChannel would join the engines of all open pages. */
function openChannel(onMessage: (message: Message) => void = () => undefined) {
  self.onmessage = ({ data }: MessageEvent<Message>) => {
    onMessage(data);
  };
  return { post, close: () => undefined };
}

const started = startEngine(
  {
    fetch: () => Promise.resolve(UNREACHABLE),
    readDirectories: () => Promise.resolve("[]"),
    hasSnapshot: false, // more to download than a start takes
  },
  openChannel,
);
started
  .then(async ({ isWhole }) => {
    await isWhole;
    post(WHOLE);
  })
  .catch(() => undefined); // the engine has reported it, and the page hears of it as an error of the worker
