// A real Bluesky PDS. Environment: the PDS's own PDS_* variables, as an operator would set them.
require('./clock.cjs')
require('./loopback.cjs')
require('./front.cjs')
require('./lifetimes.cjs')
require('./limits.cjs')
const { live } = require('./child.cjs')
const { PDS, envToCfg, envToSecrets, readEnv } = require('@atproto/pds')

const start = async () => {
  const env = readEnv()
  const config = envToCfg(env)
  // The authorization server under a host name of its own, as the accounts of bsky.social have it.
  if (process.env.PDS_ISSUER) config.oauth.issuer = process.env.PDS_ISSUER
  const pds = await PDS.create(config, envToSecrets(env))
  await pds.start()
  await live(pds.server, () => pds.destroy())
}
start()
