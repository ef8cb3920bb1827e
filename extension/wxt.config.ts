// How WXT makes one package for Chromium and one for Firefox; names come from build/identity.toml.
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { fileURLToPath } from "node:url";
import type { Plugin, Rollup } from "vite";
import { defineConfig, type UserManifest } from "wxt";
import { extensionSentences, manifestTexts } from "./catalogue-plugin";

interface Identity {
  readonly homepage: string;
  readonly firefox: {
    readonly id: string;
    readonly strict_min_version: string;
    readonly android_strict_min_version: string;
  };
  readonly chromium: { readonly key: string; readonly minimum_chrome_version: string };
}

const identity = parse(
  readFileSync(new URL("../build/identity.toml", import.meta.url), "utf8"),
) as unknown as Identity;

/** How Bluesky's servers know the extension: the file that the directory serves at its `client_id`. */
const OAUTH_CLIENT = {
  OAUTH_CLIENT: readFileSync(new URL("../build/oauth-client-metadata.json", import.meta.url), "utf8"),
};

// Asked for when badges are switched on, never at install.
const X_HOSTS = [
  "https://x.com/*",
  "https://mobile.x.com/*",
  "https://twitter.com/*",
  "https://mobile.twitter.com/*",
];

// Where anyone reads a public post, with its author's id or name: asked for by the button that checks a row's proofs.
// X's answers there allow no other sites to read them. The same hosts as in core/passerelle/claims/{posts,oembed}.py.
const POST_DATA_HOSTS = ["https://cdn.syndication.twimg.com/*", "https://publish.x.com/*"];

const PERMISSIONS = ["storage", "unlimitedStorage", "alarms", "scripting", "identity"];

// Asked for when a person presses a button that says what for: docs/permissions.md.
const OPTIONAL_PERMISSIONS: UserManifest["optional_permissions"] = ["notifications"];

// connect-src: no request of ours, and no redirect of one, goes to an http server, such as those of a local network.
// The rest: nothing that a page shows is loaded from a server, so that lib/sent/fetch.ts counts all that leaves.
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "object-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' https:",
].join("; ");

const everyBrowser: UserManifest = {
  name: "__MSG_name__",
  description: "__MSG_description__",
  default_locale: "en",
  homepage_url: identity.homepage,
  permissions: PERMISSIONS,
  optional_permissions: OPTIONAL_PERMISSIONS,
  // host_permissions: build/packages.py adds the hosts of directories.json, so that lists differ in nothing else.
  optional_host_permissions: [...X_HOSTS, ...POST_DATA_HOSTS],
  content_security_policy: {
    extension_pages: POLICY,
  },
  // What one does in private windows is not to be kept (Mozilla's add-on policy 6.3).
  incognito: "not_allowed",
};

const chromium: UserManifest = {
  ...everyBrowser,
  key: identity.chromium.key,
  minimum_chrome_version: identity.chromium.minimum_chrome_version,
  permissions: [...PERMISSIONS, "offscreen"],
};

const firefox: UserManifest = {
  ...everyBrowser,
  browser_specific_settings: {
    gecko: {
      id: identity.firefox.id,
      strict_min_version: identity.firefox.strict_min_version,
      // Signing in sends the handle and its password to the person's own server only.
      // Joining the directory, which is public, sends the X name and id: asked for when Join is pressed (lib/data-consent.ts).
      // A post that the person has Passerelle send goes to their own server: asked for when they press for it.
      data_collection_permissions: {
        required: ["authenticationInfo"],
        optional: ["personallyIdentifyingInfo", "personalCommunications"],
      },
    },
    gecko_android: { strict_min_version: identity.firefox.android_strict_min_version },
  },
};

// Paths in node_modules; build/licences.py adds the licence texts of these packages, and build/sbom.py lists them.
const licensed = new Set(
  JSON.parse(readFileSync(new URL("bundled-packages.json", import.meta.url), "utf8")) as string[],
);

/** Return each module of a package in a bundle: the folder that the package was installed to, its path in node_modules, its name, the module. */
function* packagedIn(bundle: Rollup.OutputBundle) {
  for (const chunk of Object.values(bundle))
    for (const id of chunk.type === "chunk" ? Object.keys(chunk.modules) : []) {
      const [folder, name] = /[^\0]*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
      if (folder && name) yield { folder, path: folder.replace(/^.*?node_modules\//, ""), name, id };
    }
}

/** End the build when the code of a package without a licence text would be bundled. */
const onlyLicensed: Plugin = {
  name: "only-licensed",
  generateBundle(_options, bundle) {
    for (const { path, id } of packagedIn(bundle))
      if (!licensed.has(path)) this.error(`${path} is not in bundled-packages.json (used by ${id})`);
  },
};

/** End the build when a package would be bundled twice: npm installs a copy for each package that needs it. */
const onlyOnce: Plugin = {
  name: "only-once",
  generateBundle(_options, bundle) {
    const folders = new Map<string, string>();
    for (const { name, folder } of packagedIn(bundle)) {
      const first = folders.get(name) ?? folders.set(name, folder).get(name);
      if (first !== folder) this.error(`${name} would be bundled from ${first} and from ${folder}`);
    }
  },
};

// Five packages of @atproto bring the same version of zod each, since a tool of the build needs a newer one.
const ONE_COPY = {
  zod: fileURLToPath(new URL("node_modules/@atproto/oauth-client/node_modules/zod", import.meta.url)),
};

export default defineConfig({
  modules: ["@wxt-dev/module-svelte"],
  imports: false,
  svelte: { vite: { compilerOptions: { runes: true } } },
  manifest: ({ browser }) => (browser === "firefox" ? firefox : chromium),
  hooks: {
    "build:publicAssets": (_wxt, files) => {
      files.push(...manifestTexts());
    },
  },
  vite: () => ({
    define: OAUTH_CLIENT,
    build: { target: "es2022" },
    resolve: { alias: ONE_COPY },
    plugins: [extensionSentences, onlyLicensed, onlyOnce],
  }),
});
