// Every sentence exists in every language, is valid, takes the same values, and every error code has one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { expect, test } from "vitest";
import {
  catalogueOf,
  errorSentence,
  type Key,
  type Language,
  LANGUAGES,
  makeTranslate,
  pickLocale,
} from "../../extension/lib/i18n/i18n";
import { withoutIsolates } from "../../extension/lib/rules/text";

const ROOT = join(import.meta.dirname, "..", "..");
// Those of the server's pages (site.…) and of the stores (store.…), too: the build leaves them out, the files hold them.
const KEYS = Object.keys(catalogueOf("en")) as Key[];
// Whether they are used is tested where they are: tests/backend/test_pages.py, tests/store/test_listing.py.
const OF_OTHERS = /^(?:site|store)\./;
const LONGEST_ERROR = 200; // characters: what fits a popup without scrolling

// Unicode CLDR's: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
function pluralsOf(language: Language): string[] {
  return new Intl.PluralRules(language)
    .resolvedOptions()
    .pluralCategories.sort();
}

// https://github.com/formatjs/formatjs/blob/main/packages/icu-messageformat-parser/types.ts
const LITERAL = 0;

type Ast = ReturnType<IntlMessageFormat["getAst"]>;

function parse(language: Language, key: Key): Ast {
  return new IntlMessageFormat(
    catalogueOf(language)[key],
    language,
    undefined,
    {
      ignoreTag: true,
    },
  ).getAst();
}

function* elements(ast: Ast): Generator<Ast[number]> {
  for (const element of ast) {
    yield element;
    if ("options" in element)
      for (const option of Object.values(element.options))
        yield* elements(option.value);
  }
}

function names(language: Language, key: Key): string[] {
  const found = [...elements(parse(language, key))].flatMap((element) =>
    "value" in element && element.type !== LITERAL ? [element.value] : [],
  );
  return [...new Set(found)].sort();
}

// Codes stand in Python as `code = "…"`, `code: str = "…"`, `code="…"` and in the s; in TypeScript in the
// errors that are thrown.
function codesIn(path: string, patterns: RegExp[]): string[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, code]) => code ?? ""),
  );
}

const PYTHON_CODES = codesIn("core/passerelle/errors.py", [
  /code(?:: str)? = "([a-z_]+)"/g,
  /^ {8}"([a-z_]+)": "/gm,
]);
const CLIENT_CODES = [
  "lib/engine/client.ts",
  "engine/host.ts",
  "engine/worker.ts",
  "engine/python.ts",
  "engine/attachments.ts",
  "engine/fetch.ts",
].flatMap((path) =>
  codesIn(`extension/${path}`, [/"(engine_[a-z]+)"/g, /code: "([a-z_]+)"/g]),
);
const SESSION_FILES = readdirSync(join(ROOT, "extension/lib/sessions"), {
  recursive: true,
  encoding: "utf8",
}).filter((path) => path.endsWith(".ts"));
const SESSION_CODES = [
  ...SESSION_FILES.map((path) => `extension/lib/sessions/${path}`),
  "extension/lib/background/sign-in.ts",
  "extension/lib/background/sign-in-page.ts",
].flatMap((path) =>
  codesIn(path, [
    /SessionError\("([a-z_]+)"/g,
    /\bcode: "([a-z_]+)"/g,
    /^ {2}(?:\w+): "([a-z]+_[a-z_]+)",$/gm, // tables of refusals
  ]),
);
const EVERY_CORE_FILE = readdirSync(join(ROOT, "core/passerelle"), {
  recursive: true,
  encoding: "utf8",
}).filter((path) => path.endsWith(".py"));
const RAISED_CODES = EVERY_CORE_FILE.flatMap((path) =>
  codesIn(`core/passerelle/${path}`, [
    /(?<!EvidenceView\()\bcode="([a-z_]+)"/g,
  ]),
);
const WARNING_CODES = codesIn("core/passerelle/archive/records.py", [
  /^ {4}"([a-z_]+)": "/gm,
]);

test.each(LANGUAGES)("%s has exactly the keys of English", (language) => {
  expect(Object.keys(catalogueOf(language)).sort()).toEqual([...KEYS].sort());
});

test.each(LANGUAGES)(
  "%s has no empty sentence, and every one is valid ICU",
  (language) => {
    for (const key of KEYS) {
      expect(catalogueOf(language)[key].trim(), key).not.toBe("");
      expect(() => parse(language, key), key).not.toThrow();
    }
  },
);

test.each(LANGUAGES)("%s takes the same values as English", (language) => {
  for (const key of KEYS)
    expect(names(language, key), key).toEqual(names("en", key));
});

test.each(LANGUAGES)(
  "%s has each of its plural forms wherever something is counted",
  (language) => {
    for (const key of KEYS) {
      for (const element of elements(parse(language, key))) {
        if (!("pluralType" in element)) continue;
        const forms = Object.keys(element.options).filter(
          (form) => !form.startsWith("="),
        );
        // English may say "47 found" for one as for many.
        expect(
          [
            ...new Set([...forms, ...(language === "en" ? ["one"] : [])]),
          ].sort(),
          key,
        ).toEqual(pluralsOf(language));
      }
    }
  },
);

test("the runner knows the plural forms of every language", () => {
  expect(LANGUAGES.map((language) => [language, pluralsOf(language)])).toEqual(
    expect.arrayContaining([
      ["ar", ["few", "many", "one", "other", "two", "zero"]],
      ["en", ["one", "other"]],
      ["fr", ["many", "one", "other"]],
    ]),
  );
});

// Families whose keys are put together from a code or a state.
const FAMILIES =
  /^sent\.why_|^(?:account|error|manifest|warning|evidence|grade|network|state|lanes|withdraw|review|sign|order|certainty|join\.(?:kind|status|side|missing|state|reason)|block\.(?:state|person)|row_check\.(?:kind|state))\./;

test("every sentence is used somewhere", () => {
  const folders = ["components", "lib", "entrypoints", "try"].map((name) =>
    join(ROOT, "extension", name),
  );
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) =>
      join(folder, path),
    ),
  );
  const source = files
    .filter((path) => /\.(?:ts|svelte)$/.test(path))
    .map((path) => readFileSync(path, "utf8"))
    .join("");
  expect(
    KEYS.filter(
      (key) =>
        !OF_OTHERS.test(key) &&
        !FAMILIES.test(key) &&
        !source.includes(`"${key}"`),
    ),
  ).toEqual([]);
});

test("the codes were found", () => {
  expect(PYTHON_CODES).toContain("truncated_zip");
  expect(PYTHON_CODES).toContain("server_unreachable");
  expect(SESSION_CODES).toContain("auth_factor_required");
  expect(CLIENT_CODES).toContain("engine_silent");
  expect(WARNING_CODES).toContain("bad_rows");
});

test.each(LANGUAGES)(
  "every error has a short sentence of its own in %s",
  (language) => {
    const translate = makeTranslate(language);
    for (const code of new Set([
      ...PYTHON_CODES,
      ...RAISED_CODES,
      ...CLIENT_CODES,
      ...SESSION_CODES,
      "file_unreadable",
      "interrupted",
      "timeout",
      "storage_full",
    ])) {
      expect(KEYS, code).toContain(`error.${code}`);
      const sentence = errorSentence(translate, {
        code,
        params: {
          host: "pds.example.org",
          file: "tweets.js",
          proposal: "ada.bsky.social",
          software: "misskey",
          address: "ada@social.example.org",
        },
      });
      expect(sentence.length, code).toBeLessThan(LONGEST_ERROR);
      expect(sentence, code).not.toMatch(/[{}]/);
    }
  },
);

test("every warning about an archive has a sentence", () => {
  for (const code of WARNING_CODES) expect(KEYS).toContain(`warning.${code}`);
});

test("every reason that a proof can have has a sentence, and no other has", () => {
  const claims = readFileSync(join(ROOT, "docs/claims.md"), "utf8");
  const listed = /## Reasons\n\n([^]*?) Other codes/.exec(claims)?.[1] ?? "";
  const reasons = [...listed.matchAll(/`(\w+)`/g)].map(([, code]) => code);
  expect(reasons).toContain("other_author");
  const sentences = KEYS.filter((key) => key.startsWith("join.reason."));
  expect(
    sentences.map((key) => key.slice("join.reason.".length)).sort(),
  ).toEqual([...reasons, "name_only", "not_read_here"].sort());
});

test("an error without its values still comes out as a sentence", () => {
  for (const language of LANGUAGES) {
    for (const key of KEYS.filter((name) => name.startsWith("error."))) {
      expect(
        () =>
          errorSentence(makeTranslate(language), {
            code: key.slice("error.".length),
          }),
        key,
      ).not.toThrow();
    }
  }
});

test("a code nobody knows is called a bug of ours", () => {
  const translate = makeTranslate("en");
  expect(errorSentence(translate, { code: "no_such_code" })).toBe(
    translate("error.bug"),
  );
});

test("French puts narrow or hard spaces before its double punctuation", () => {
  for (const key of KEYS)
    expect(catalogueOf("fr")[key], key).not.toMatch(/ [:;?!»]|« /);
});

test("Arabic counts two as two", () => {
  const translate = makeTranslate("ar");
  expect(translate("found.title", { following: 2, found: 1 })).toBe(
    "تتابع شخصين؛ عثرنا على واحد.",
  );
});

test("a hostile name cannot turn the sentence around it", () => {
  const sentence = makeTranslate("en")("row.follow_label", {
    name: "\u202Eevil\u2066",
  });
  expect(sentence).toBe("Follow \u2068evil\u2069 on Bluesky");
});

test("a name is never taken for a pattern", () => {
  expect(makeTranslate("en")("row.follow_label", { name: "{count} <b>" })).toBe(
    "Follow \u2068{count} <b>\u2069 on Bluesky",
  );
});

test("the browser's first language that we have is spoken, with its region", () => {
  expect(pickLocale("auto", ["pt-BR", "fr-CA", "en"])).toBe("fr-CA");
  expect(pickLocale("auto", ["pt-BR"])).toBe("en");
});

test("a chosen language wins over the browser's", () => {
  expect(pickLocale("ar", ["fr-FR"])).toBe("ar");
  expect(pickLocale("ar", ["fr-FR", "ar-MA"])).toBe("ar-MA");
});

test("a word that chooses between sentences is compared as it is, in every language", () => {
  for (const language of LANGUAGES) {
    const translate = makeTranslate(language);
    const sayings = ["name", "bio", "location", "url"].map((detail) =>
      translate("evidence.says_so", { detail }),
    );
    expect(new Set(sayings).size, language).toBe(4);
    expect(translate("reading.title", { kind: "followers" })).not.toBe(
      translate("reading.title", { kind: "following" }),
    );
  }
  const label = makeTranslate("en")("badge.label", {
    name: "Ada",
    networks: "bluesky",
    grade: "Proven",
  });
  expect(withoutIsolates(label)).toBe("Ada is also on Bluesky. Proven.");
});

// JSON keeps the last of two entries of the same name, without a word: two branches that each add one would hide it.
test.each(LANGUAGES)("no sentence stands twice in %s", (language) => {
  const text = readFileSync(
    join(ROOT, "extension", "locales", `${language}.json`),
    "utf8",
  );
  const names = [...text.matchAll(/^ {2}"([^"]+)": /gm)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

// What may be the same as in English: names, patterns without words, and words that both languages have.
const NAMES_AND_PATTERNS: readonly string[] = [
  "app.name",
  "number",
  "filter.bluesky",
  "filter.fediverse",
  "network.bluesky",
  "network.fediverse",
  "evidence.seen",
  "bridge.ask_label",
  "lanes.where",
  "lanes.server",
  "where.on_day",
  "warning.other",
  "site.legal_operator",
  "site.about_funding",
  "site.megabytes",
  "site.gigabytes",
  "site.comma",
];
const SAME_WORD: Readonly<Record<string, readonly string[]>> = {
  fr: [
    "language.reviewed",
    "date.day",
    "archive.tweets",
    "lanes.group.institutions",
    "search_people.pause",
    "follow.pause",
    "export.archive",
    "notify.title",
    "badge.sources",
    "site.verify_version",
    "site.column_organisation",
    "site.column_source",
    "site.kind_ngo",
    "site.nav_contact",
    "site.legal_contact_title",
    "site.claim_code",
    "invite.text",
  ],
  de: [
    "archive.tweets",
    "search_people.pause",
    "follow.pause",
    "site.verify_version",
    "site.column_organisation",
    "site.claim_code",
    "exit.text",
  ],
  es: ["review.no"],
};

test.each(LANGUAGES.filter((language) => language !== "en"))(
  "no sentence of %s was left in English",
  (language) => {
    const same = KEYS.filter(
      (key) => catalogueOf(language)[key] === catalogueOf("en")[key],
    );
    const allowed = [...NAMES_AND_PATTERNS, ...(SAME_WORD[language] ?? [])];
    expect(same.filter((key) => !allowed.includes(key))).toEqual([]);
    const unneeded = (SAME_WORD[language] ?? []).filter(
      (key) => !same.includes(key as Key),
    );
    expect(unneeded).toEqual([]);
  },
);

// A sentence without any letter of its language was left in another one.
const OWN_LETTERS: Readonly<Record<string, RegExp>> = {
  ar: /\p{Script=Arabic}/u,
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
};

test.each(Object.entries(OWN_LETTERS))(
  "every sentence of %s is written in its own letters",
  (language, letters) => {
    const foreign = KEYS.filter(
      (key) => !letters.test(catalogueOf(language)[key]),
    );
    const allowed = [...NAMES_AND_PATTERNS, "language.reviewed"];
    expect(foreign.filter((key) => !allowed.includes(key))).toEqual([]);
  },
);

test("a language says whether a native speaker has read it, and calls itself by its own name", () => {
  for (const language of LANGUAGES) {
    expect(["yes", "no"]).toContain(catalogueOf(language)["language.reviewed"]);
    const own = new Intl.DisplayNames([language], { type: "language" });
    expect(catalogueOf(language)["language.name"].toLowerCase()).toBe(
      own.of(language)?.toLowerCase(),
    );
  }
});

test("sentences are typed as their language types them", () => {
  for (const key of KEYS) {
    const german = catalogueOf("de")[key];
    expect(german.split("„").length, key).toBe(german.split("“").length);
    // An invitation is the person's own letter, also to someone in office; all else says du and tú.
    if (!key.startsWith("invite.text_")) {
      expect(german, key).not.toMatch(
        /[a-zäöüß,] (?:Sie|Ihnen|Ihre?[nmrs]?)\b/,
      );
      expect(catalogueOf("es")[key], key).not.toMatch(/\busted/i);
    }
    expect(catalogueOf("ja")[key], key).not.toMatch(
      /[\p{Script=Hiragana}\p{Script=Han}][,!?]/u,
    );
    expect(catalogueOf("es")[key].split("¿").length, key).toBe(
      catalogueOf("es")[key].split("?").length,
    );
    for (const language of LANGUAGES)
      expect(catalogueOf(language)[key], `${language} ${key}`).not.toMatch(
        /'| {2}/,
      );
  }
});
