// lib/page/left-out.ts: people who are not followed, each with the reason.
import { expect, test } from "vitest";
import type {
  ErrorView,
  EvidenceView,
  ExcludedView,
} from "../../../extension/lib/messages/messages.gen";
import { countPeople, leftOut } from "../../../extension/lib/page/left-out";
import { account, match } from "./fakes";

const MUTED: EvidenceView[] = [
  { code: "muted_on_x", detail: null, url: null, date: null },
];

function error(code: string): ErrorView {
  return { code, message: code, params: {} };
}

function failing(id: string, code: string) {
  return match(id, {
    accounts: [account({ state: "failed", error: error(code) })],
  });
}

const BLOCKED: ExcludedView = {
  rest_id: "9",
  screen_name: "nina",
  display_name: "\u202ENina",
  reason: "blocked_on_x",
  accounts: [
    {
      network: "bluesky",
      address: "nina.example.org",
      url: "https://bsky.app/profile/nina.example.org",
    },
  ],
};

test("people are grouped by the reason for which they are not followed", () => {
  const people = [
    match("followed"),
    failing("blocks", "account_blocked"),
    failing("gone", "account_deactivated"),
    match("muted", { evidence: MUTED, preselected: false }),
  ];
  const groups = leftOut(people, [BLOCKED]);
  expect(groups.map(([reason, some]) => [reason, some.length])).toEqual([
    ["blocked_on_x", 1],
    ["muted_on_x", 1],
    ["account_blocked", 1],
    ["account_deactivated", 1],
  ]);
  expect(groups[0]?.[1][0]?.name).toBe("Nina");
  expect(countPeople(groups)).toBe(4);
});

test("only muted people can be ticked from there, until they are", () => {
  const muted = (over = {}) =>
    match("muted", { evidence: MUTED, accounts: [account(over)] });
  const [open] = leftOut([muted()], [])[0]?.[1] ?? [];
  expect(open?.choice?.account.address).toBe("ada.example.org");
  expect(leftOut([muted({ chosen: true })], [])).toEqual([]);
  expect(leftOut([muted({ rejected: true })], [])).toEqual([]);
  const [blocked] = leftOut([], [BLOCKED])[0]?.[1] ?? [];
  expect(blocked?.choice).toBeNull();
});

test("a person with several accounts counts once", () => {
  const [one] = BLOCKED.accounts;
  if (!one) throw new Error("BLOCKED has an account");
  const two = { ...BLOCKED, accounts: [one, { ...one, address: "n@x.test" }] };
  expect(countPeople(leftOut([], [two]))).toBe(1);
});

test("a failure that a retry may mend leaves no one out", () => {
  expect(leftOut([failing("1", "server_unreachable")], [])).toEqual([]);
});
