// The engine's worker: takes commands from the channel, hands them to Python, posts exactly one reply each.
import type { openChannel, Reply, Request } from "../lib/engine/channel";
import type { ErrorView } from "../lib/messages/messages.gen";
import { type Attachments, mount, UnreadableFile } from "./attachments";
import { LISTENING } from "./host";
import { type Outside, type Python, startPython } from "./python";

const MAX_TAKEN = 1_000; // requests remembered: the second comes within seconds of the first

/** Listen at once, then start Python; commands that come meanwhile wait for it. Resolves when Python has started. */
export function startEngine(outside: Outside, open: typeof openChannel): Promise<Python> {
  const taken = new Set<string>();
  const channel = open((message) => {
    if ("request" in message && isNew(message.request, taken)) void reply(message.request, message.files);
  });
  self.postMessage(LISTENING);

  const starting = startPython(outside, (event) => {
    channel.post({ event });
  });
  // Without Python there is no engine: the host hears of it, says so to all pages, and starts anew when woken.
  starting.catch(reportError);
  return starting;

  async function reply(request: Request, files: readonly File[]): Promise<void> {
    channel.post({ reply: await answer(request, files) });
  }

  async function answer(request: Request, files: readonly File[]): Promise<Reply> {
    let attachments: Attachments | undefined;
    try {
      const python = await starting;
      attachments = await mount(python.api, files, namesOf(request));
      return JSON.parse(
        await python.receive(JSON.stringify(request), JSON.stringify(attachments.paths)),
      ) as Reply;
    } catch (error) {
      return { id: request.id, error: await viewOf(error, starting) };
    } finally {
      attachments?.unmount();
    }
  }
}

/** Return whether a request is not among those taken, and note it; pages and background post some of them twice. */
function isNew({ id }: Request, taken: Set<string>): boolean {
  if (taken.has(id)) return false;
  taken.add(id);
  for (const oldest of taken) {
    if (taken.size <= MAX_TAKEN) break;
    taken.delete(oldest);
  }
  return true;
}

/** Turn what was thrown into what pages understand; after a failure of the interpreter itself, end this worker. */
async function viewOf(error: unknown, starting: Promise<Python>): Promise<ErrorView> {
  if (error instanceof UnreadableFile) return error.view();
  const python = await starting.catch(() => undefined);
  if (python && !(error instanceof python.api.ffi.PythonError)) reportError(error);
  return { code: "bug", message: String(error), params: {} };
}

function namesOf(request: Request): string[] {
  const { names } = request;
  return Array.isArray(names) ? names.map(String) : [];
}
