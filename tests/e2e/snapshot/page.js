// Starts workers for the tests: load(variant) resolves to what the worker says, kill(variant, milliseconds) ends it.
const make = (variant) => {
  const worker = new Worker("worker.js", { type: "module" });
  worker.postMessage(variant);
  return worker;
};
globalThis.load = (variant) =>
  new Promise((resolve, reject) => {
    const worker = make(variant);
    const end = (settle) => (event) => {
      worker.terminate();
      settle(event);
    };
    worker.onmessage = end(({ data }) => resolve(data));
    worker.onerror = end(({ message }) => reject(new Error(message)));
  });
globalThis.kill = (variant, milliseconds) =>
  new Promise((resolve) => {
    const worker = make(variant);
    setTimeout(() => {
      worker.terminate();
      resolve(true);
    }, milliseconds);
  });
