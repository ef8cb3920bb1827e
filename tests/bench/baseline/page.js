// Starts a worker, hands it a question and the chosen files, and says what it answered after how many milliseconds.
globalThis.ask = (script, question) =>
  new Promise((resolve, reject) => {
    const { files } = document.querySelector("input");
    const started = performance.now();
    const worker = new Worker(script, { type: "module" });
    worker.onmessage = ({ data }) => {
      const milliseconds = performance.now() - started;
      worker.terminate();
      if (data.error) reject(new Error(data.error));
      else resolve({ ...data, milliseconds });
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ ...question, files: [...files] });
  });
