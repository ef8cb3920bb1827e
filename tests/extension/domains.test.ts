// Host names: the same in TypeScript as in the core.
import { expect, test } from "vitest";
import { canonicalizeHost } from "../../extension/lib/rules/domains";
import vectors from "../data/vectors/hosts.json";

test.each(vectors.cases)("$text is read as $host", ({ text, host }) => {
  expect(canonicalizeHost(text)).toBe(host);
});
