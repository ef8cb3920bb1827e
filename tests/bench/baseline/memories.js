// Notes every WebAssembly memory of a worker, so that its size can be asked. Put before the worker's own script.
globalThis.memories = [];
globalThis.memoryBytes = () =>
  memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
for (const name of ["instantiate", "instantiateStreaming"]) {
  const instantiate = WebAssembly[name];
  WebAssembly[name] = async (...all) => {
    const made = await instantiate.apply(WebAssembly, all);
    const { memory } = (made.instance ?? made).exports;
    if (memory) memories.push(memory);
    return made;
  };
}
