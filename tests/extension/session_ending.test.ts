// When a session ends by itself, and from when on the person is reminded.
import { expect, test } from "vitest";
import {
  endOf,
  isEndingSoon,
  isOver,
} from "../../extension/lib/sessions/ending";

const signedInAt = "2026-11-01T10:00:00.000Z";
const endsAt = "2026-11-15T10:00:00.000Z";

test("a session by OAuth ends after two weeks; others have no end of their own", () => {
  expect(endOf({ kind: "oauth", signedInAt })).toBe(endsAt);
  expect(endOf({ kind: "mastodon", signedInAt })).toBeNull();
  expect(endOf({ kind: "app-password", signedInAt })).toBeNull();
});

test.each([
  ["2026-11-11T09:59:59.999Z", false],
  ["2026-11-11T10:00:00.000Z", true],
  ["2026-11-15T10:00:00.000Z", true],
])("at %s the reminder is shown: %s", (now, isShown) => {
  expect(isEndingSoon({ endsAt, expired: false }, new Date(now))).toBe(isShown);
});

test("an ended session, or one without an end, brings no reminder", () => {
  const late = new Date("2026-11-14T00:00:00Z");
  expect(isEndingSoon({ endsAt, expired: true }, late)).toBe(false);
  expect(isEndingSoon({ endsAt: null, expired: false }, late)).toBe(false);
});

test.each([
  ["2026-11-15T09:59:59.999Z", false],
  ["2026-11-15T10:00:00.000Z", true],
])(
  "at %s the session is over: %s; one without an end of its own never is",
  (now, isIt) => {
    expect(isOver({ kind: "oauth", signedInAt }, new Date(now))).toBe(isIt);
    expect(isOver({ kind: "mastodon", signedInAt }, new Date(now))).toBe(false);
  },
);
