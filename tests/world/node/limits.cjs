// Replaces limits of the PDS by others. RATE_LIMITS: JSON, the limiter's name -> {points, durationMs}; see
// https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/index.ts for the names.
const path = require('node:path')

const limits = JSON.parse(process.env.RATE_LIMITS || '{}')
const limiters = require(path.join(path.dirname(require.resolve('@atproto/xrpc-server')), 'rate-limiter.js'))
const Real = limiters.MemoryRateLimiter
const nameOf = ({ keyPrefix }) => Object.keys(limits).find((name) => keyPrefix.endsWith(name))

limiters.MemoryRateLimiter = class extends Real {
  constructor(options) {
    super({ ...options, ...limits[nameOf(options)] })
  }
}
