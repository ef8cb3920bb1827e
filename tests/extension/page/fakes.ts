// An engine for tests of the page: answers from a table, writes down every call, posts events.
import type { Engine } from "../../../extension/lib/engine/client";
import type {
  AccountView,
  MatchView,
} from "../../../extension/lib/messages/messages.gen";

type Answer = (fields: never) => unknown;

export function makeFakeEngine(answers: Record<string, Answer> = {}) {
  const calls: [type: string, fields: unknown][] = [];
  const listeners = new Map<string, (event: unknown) => void>();
  const engine = {
    call: async (type: string, fields: never) => {
      calls.push([type, fields]);
      return (await answers[type]?.(fields)) ?? {};
    },
    events: {
      on: (type: string, listener: (event: unknown) => void) => {
        listeners.set(type, listener);
        return () => listeners.delete(type);
      },
    },
    close: () => undefined,
  } as unknown as Engine;
  const emit = (event: { type: string; [field: string]: unknown }) =>
    listeners.get(event.type)?.(event);
  return { engine, calls, answers, emit };
}

/** Return an error as the engine's client throws it. */
export function engineError(
  code: string,
  params: Record<string, string> = {},
): Error {
  return Object.assign(new Error(code), { code, params });
}

export const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

export function account(over: Partial<AccountView> = {}): AccountView {
  const url = "https://bsky.app/profile/ada.example.org";
  return {
    network: "bluesky",
    address: "ada.example.org",
    did: null,
    url,
    chosen: false,
    rejected: false,
    state: "none",
    error: null,
    listed: true,
    hint: null,
    ...over,
  };
}

export function match(
  rest_id: string,
  over: Partial<MatchView> = {},
): MatchView {
  return {
    rest_id,
    row_id: `row-${rest_id}`,
    screen_name: `name_${rest_id}`,
    display_name: null,
    following: true,
    followed_by: false,
    grade: "proven",
    preselected: true,
    leaving_on: null,
    new_since: null,
    accounts: [account()],
    evidence: [],
    ...over,
  };
}
