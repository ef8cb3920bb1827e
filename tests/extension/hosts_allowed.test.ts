// Which hosts may be contacted; the same vectors run in tests/core/test_hosts.py.
import { describe, expect, test } from "vitest";
import { isPublicHost, publicHost } from "../../extension/lib/rules/hosts";
import vectors from "../data/vectors/hosts-allowed.json";

describe("public DNS names are allowed", () => {
  test.each(vectors.allowed)("%s", (host) => {
    expect(isPublicHost(host)).toBe(true);
    expect(publicHost(`https://${host}/`)).toBe(host);
  });
});

describe("addresses and local names are refused", () => {
  test.each(vectors.refused)("%s", (host) => {
    expect(isPublicHost(host)).toBe(false);
    expect(publicHost(`https://${host}/`)).toBeNull();
  });
});

test.each(["http://quai.example.org/", "file:///etc/passwd", "", "https://["])(
  "%s is no https URL",
  (url) => {
    expect(publicHost(url)).toBeNull();
  },
);
