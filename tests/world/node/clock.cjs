// Moves the clock of this process by CLOCK_OFFSET_MS.
globalThis.clockOffset = Number(process.env.CLOCK_OFFSET_MS ?? 0)
if (globalThis.clockOffset) require('../clock/shim.js')
