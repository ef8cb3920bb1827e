// The own server's import is offered for more people than Mastodon lets one follow in a day.
import { expect, test } from "vitest";
import {
  importPage,
  offersImport,
} from "../../../extension/lib/page/import-first";

test.each([
  [400, 0, false],
  [401, 0, true],
  [0, 401, true],
  [200, 201, true],
  [12, 388, false],
])("%i planned and %i waiting: %s", (planned, waiting, isOffered) => {
  expect(offersImport(planned, waiting)).toBe(isOffered);
});

test("the import page is the one of the own account's server", () => {
  expect(importPage("camille@rive.example.org")).toEqual({
    host: "rive.example.org",
    url: "https://rive.example.org/settings/imports",
  });
});
