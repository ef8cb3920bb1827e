// Once an hour: what the registrar says about the own claim is asked for while it may still change by itself, and
// blocking that was cut off goes on.
import type { Engine } from "../engine/client";
import { readState } from "../engine/stores";
import type { BlockingView, JoinStatus, JoinView } from "../messages/messages.gen";

const HOUR = 3_600_000; // milliseconds
const DAY = 24 * HOUR;
/** Milliseconds by which an hourly alarm may come early. */
const EARLY = 300_000;

/** How often to ask; without an entry nothing changes before the person does something. */
const EVERY: Partial<Record<JoinStatus, number>> = {
  waiting: HOUR,
  checked: HOUR,
  unproven: DAY,
  disputed: DAY,
  proven: DAY,
  claimed: DAY,
  x_gone: DAY,
};

/** Return whether the state of a claim is to be asked for; a moment in the future was stored by a wrong clock. */
export function isRefreshDue(
  view: Pick<JoinView, "status" | "is_listed" | "refreshed_at"> | null,
  now: number,
): boolean {
  const every = view && !isSettled(view) ? EVERY[view.status] : undefined;
  if (every === undefined) return false;
  const age = now - Date.parse(view?.refreshed_at ?? "");
  return !(age >= 0 && age < every - EARLY);
}

// The directory on this computer has it: what changes from now on comes with the directory.
function isSettled({ status, is_listed }: Pick<JoinView, "status" | "is_listed">): boolean {
  return is_listed && status !== "disputed";
}

function isCutOff(view: BlockingView | null): boolean {
  return view !== null && view.error === null && (view.state === "running" || view.state === "undoing");
}

/** Ask for the state of the own claim and of an objection, where it is time; wake the engine for blocking that was cut off. */
export async function goOnWithJoins(engine: Pick<Engine, "call">): Promise<void> {
  const views = { claim: await readState("join"), objection: await readState("objection") };
  try {
    if (isCutOff(await readState("blocking"))) await engine.call("engine.start", {});
    for (const purpose of ["claim", "objection"] as const)
      if (isRefreshDue(views[purpose], Date.now())) await engine.call("join.refresh", { purpose });
  } catch (error) {
    console.warn("The state of the claim was not asked for:", error); // the next alarm tries again
  }
}
