// lib/sessions/app-password.ts
import { expect, test } from "vitest";
import {
  isAppPassword,
  parsePassword,
} from "../../extension/lib/sessions/app-password";

const PASSWORD = "abcd-efgh-2345-mnop";

test.each([
  ` ${PASSWORD}`,
  `${PASSWORD}\n`,
  `\u00a0${PASSWORD}\t`,
  `\u200b${PASSWORD}\ufeff`,
  `\u2068${PASSWORD}\u2069`,
])(
  "an app password pasted with something invisible around it is taken: %j",
  (pasted) => {
    expect(parsePassword(pasted)).toBe(PASSWORD);
  },
);

test.each([" correct horse ", `${PASSWORD} x`, "ABCD-EFGH-2345-MNOP ", " "])(
  "another password stays as it was typed: %j",
  (typed) => {
    expect(parsePassword(typed)).toBe(typed);
    expect(isAppPassword(parsePassword(typed))).toBe(false);
  },
);
