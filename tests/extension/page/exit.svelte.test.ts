// lib/page/exit: which text stands ready, in which language, and that what the person wrote stays.
import { flushSync } from "svelte";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { LANGUAGES } from "../../../extension/lib/i18n/i18n";
import { locale } from "../../../extension/lib/i18n/i18n.svelte";
import { Exit, INVITED } from "../../../extension/lib/page/exit.svelte";
import {
  LIMITS,
  PLACES,
  VARIANTS,
} from "../../../extension/lib/page/exit-post";

type Parts = ConstructorParameters<typeof Exit>;

function make(over: object = {}, current: object = {}): Exit {
  const stored = {
    archive: { account: { screen_name: "ada" } },
    join: null,
    queue: {
      following: 1,
      requested: 0,
      accounts: [{ network: "bluesky", account: "did:plc:ada" }],
    },
    ...over,
  };
  const both = {
    bluesky: { address: "ada.example.org" },
    fediverse: { address: "ada@social.example.org" },
    ...current,
  };
  return new Exit(
    stored as unknown as Parts[0],
    { current: both } as unknown as Parts[1],
  );
}

vi.stubGlobal("navigator", { languages: ["en"] });
afterAll(() => vi.unstubAllGlobals());
beforeEach(() => {
  locale.setting = "en";
  flushSync();
});

test("on X the post names the new addresses, elsewhere the name on X", () => {
  const exit = make();
  expect(exit.post("x")).toBe(
    "I have moved: you can find me at ada.example.org and @ada@social.example.org now. #eXit",
  );
  expect(exit.post("bluesky")).toContain("On X I was ada.");
  expect(exit.post("fediverse")).not.toContain("@ada"); // that would be someone else there
  expect(make({ archive: null }).post("bluesky")).toContain("come here from X");
});

test("every text is whole, without direction marks, and within what each network posts", () => {
  const exit = make();
  for (const language of LANGUAGES) {
    exit.chooseLanguage(language);
    for (const variant of VARIANTS) {
      exit.chooseVariant(variant);
      for (const place of PLACES) {
        const text = exit.post(place);
        const { most, measure } = LIMITS[place];
        expect(measure(text), text).toBeLessThanOrEqual(most);
        expect(text).toMatch(/#eXit/);
        expect(text).not.toMatch(/[{}\u2066-\u2069]/);
      }
    }
    for (const name of INVITED) {
      exit.chooseInvited(name);
      expect(exit.invitation()).toContain("@ada@social.example.org");
      expect(exit.invitation()).not.toMatch(/[{}\u2066-\u2069]/);
    }
    expect(exit.description).toContain("ada.example.org");
  }
});

test("what was written stays with its language and kind", () => {
  const exit = make();
  exit.setPost("x", "My own words");
  exit.setInvitation("Come!");
  exit.chooseLanguage("ar");
  expect(exit.post("x")).not.toBe("My own words");
  expect(exit.direction).toBe("rtl");
  expect(exit.words.direction).toBe("rtl");
  expect(exit.post("x")).toContain("\u200E@ada@social.example.org");
  exit.chooseLanguage("en");
  expect(exit.post("x")).toBe("My own words");
  expect(exit.invitation()).toBe("Come!");
});

test("a post is offered where there is an account", () => {
  expect(make().places).toEqual(["bluesky", "fediverse", "x"]);
  expect(make({}, { fediverse: null }).places).toEqual(["bluesky", "x"]);
  const mastodon = {
    following: 0,
    requested: 1,
    accounts: [{ network: "fediverse", account: "ada@social.example.org" }],
  };
  const only = make({ queue: mastodon }, { bluesky: null, fediverse: null });
  expect(only.places).toEqual(["fediverse", "x"]);
  expect(only.server).toBe("social.example.org");
  expect(only.hasFollowed).toBe(true);
  expect(make({ queue: null }).hasFollowed).toBe(false);
});
