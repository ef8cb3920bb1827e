// Moves the clock of the context it runs in by `globalThis.clockOffset` milliseconds. Put before every entry script of a
// copy of the extension (tests/world/clock/__init__.py) and preloaded by the test PDS; never part of a real package.
(() => {
  let offset = globalThis.clockOffset ?? 0;
  const RealDate = Date;
  const now = () => RealDate.now() + offset;
  const moved = new Proxy(RealDate, {
    construct: (target, given, made) =>
      Reflect.construct(target, given.length ? given : [now()], made),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  Object.defineProperty(RealDate.prototype, "constructor", { value: moved });
  globalThis.Date = moved;

  // The browser's alarms keep the real time: a moment of the moved clock is translated on its way there and back.
  const translated = (alarm) =>
    alarm && { ...alarm, scheduledTime: alarm.scheduledTime + offset };
  const wrap = (object, name, wrapped) => {
    const real = object[name].bind(object);
    Object.defineProperty(object, name, {
      value: wrapped(real),
      configurable: true,
    });
  };
  const alarms = (globalThis.browser ?? globalThis.chrome)?.alarms;
  if (alarms) {
    wrap(alarms, "create", (real) => (...given) => {
      const options = given.at(-1);
      const when = "when" in options ? { when: options.when - offset } : {};
      return real(...given.slice(0, -1), { ...options, ...when });
    });
    wrap(
      alarms,
      "get",
      (real) =>
        async (...given) =>
          translated(await real(...given)),
    );
    wrap(
      alarms,
      "getAll",
      (real) => async () => (await real()).map(translated),
    );
  }

  // A running extension hears of a new offset here. A worker that starts later asks the others.
  if (
    typeof process === "undefined" &&
    typeof BroadcastChannel === "function"
  ) {
    const channel = new BroadcastChannel("test-clock");
    let isCurrent = false;
    channel.onmessage = ({ data }) => {
      if ("offset" in data) {
        offset = data.offset;
        isCurrent = true;
      } else if (isCurrent) channel.postMessage({ offset });
    };
    channel.postMessage({ ask: true });
  }
})();
