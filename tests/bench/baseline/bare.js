// A bare loadPyodide: the same files as in the package, none of our code, no packages.
import { loadPyodide } from "/pyodide/pyodide.mjs";

onmessage = async () => {
  await loadPyodide();
  postMessage({});
};
