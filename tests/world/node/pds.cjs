// A real Bluesky PDS. Environment: the PDS's own PDS_* variables, as an operator would set them.
require('./clock.cjs')
require('./loopback.cjs')
require('./front.cjs')
require('./limits.cjs')
const { live } = require('./child.cjs')
const { PDS, envToCfg, envToSecrets, readEnv } = require('@atproto/pds')

const start = async () => {
  const env = readEnv()
  const pds = await PDS.create(envToCfg(env), envToSecrets(env))
  await pds.start()
  await live(pds.server, () => pds.destroy())
}
start()
