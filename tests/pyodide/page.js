// run(chosen): runs pytest with these arguments (JSON text) in the worker; resolves to what came of it. What pytest prints
// goes to show(), which chromium.py gives.
globalThis.run = (chosen) =>
  new Promise((resolve, reject) => {
    const worker = new Worker("worker.js", { type: "module" });
    worker.onmessage = ({ data: { text, result, error } }) => {
      if (text) void globalThis.show(text);
      if (result) resolve(result);
      if (error) reject(new Error(error));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(chosen);
  });
