// Which folder may import which: only those in rows below its own. Types count as imports. Run by `npm run check`.

/** From the top down; folders in one row do not import each other. */
const LAYERS = [
  ["entrypoints", "try"],
  ["components"],
  ["lib/page", "lib/background", "lib/x"],
  ["engine"],
  ["lib/settings.ts", "lib/badge-switch.ts", "lib/notify-switch.ts", "lib/data-consent.ts"],
  ["lib/engine", "lib/sessions", "lib/i18n"],
  ["lib/messages"],
  ["lib/rules"],
  ["lib/sent"],
  ["lib/database.ts"],
  [
    "lib/async.ts",
    "lib/body.ts",
    "lib/csv.ts",
    "lib/days.ts",
    "lib/packaged.ts",
    "lib/messages/messages.gen.ts",
  ],
];

const start = (folders) => `^(${folders.map((one) => one.replaceAll(".", "\\.")).join("|")})(/|$)`;
const others = (row, folder) => row.filter((one) => one !== folder);
const directions = LAYERS.flatMap((row, depth) =>
  row.map((folder) => ({
    name: `${folder} imports only what stands below it`,
    severity: "error",
    from: { path: start([folder]) },
    to: {
      path: start([...LAYERS.slice(0, depth).flat(), ...others(row, folder)]),
      pathNot: start(LAYERS.slice(depth + 1).flat()),
    },
  })),
);

module.exports = {
  forbidden: [
    { name: "no circle of imports", severity: "error", from: {}, to: { circular: true } },
    {
      name: "every file stands in a folder of the list",
      severity: "error",
      from: {},
      to: { path: "^(lib|engine|components|entrypoints|try)/", pathNot: start(LAYERS.flat()) },
    },
    ...directions,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
