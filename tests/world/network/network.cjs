// A whole Bluesky network: PLC, PDS and the real AppView. Environment: DB_POSTGRES_URL, DB_POSTGRES_SCHEMA (letters).
require('../node/loopback.cjs')
process.env.REDIS_HOST ??= '127.0.0.1:1' // must be set, and is not used
const { TestNetwork } = require('@atproto/dev-env')

const start = async () => {
  const network = await TestNetwork.create({ dbPostgresSchema: process.env.DB_POSTGRES_SCHEMA })
  process.on('SIGTERM', () => network.close().finally(() => process.exit(0)))
  console.log(JSON.stringify({ ready: true, pds: network.pds.port, appview: network.bsky.port }))
}
start()
