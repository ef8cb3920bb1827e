// Shortens the lives of tokens and sessions. PDS_LIFETIMES names a file {"access", "session"} in milliseconds, which is
// read each time a life is looked up, so that a test can end a running session; what it leaves out stays as it is.
const fs = require('node:fs')
const path = require('node:path')

const lives = () => {
  try {
    return JSON.parse(fs.readFileSync(process.env.PDS_LIFETIMES, 'utf8'))
  } catch {
    return {} // no test has asked for others
  }
}
const modulesOf = (name) => path.dirname(require.resolve(name))

// OAuth: https://github.com/bluesky-social/atproto/blob/main/packages/oauth/oauth-provider/src/constants.ts
const constants = require(path.join(modulesOf('@atproto/oauth-provider'), 'constants.js'))
for (const [name, life] of Object.entries({
  TOKEN_MAX_AGE: 'access',
  PUBLIC_CLIENT_SESSION_LIFETIME: 'session',
  PUBLIC_CLIENT_REFRESH_LIFETIME: 'session',
})) {
  const usual = constants[name]
  Object.defineProperty(constants, name, { get: () => lives()[life] ?? usual })
}

// App passwords: https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/account-manager/helpers/auth.ts
const auth = require(path.join(modulesOf('@atproto/pds'), 'account-manager/helpers/auth.js'))
const createAccessToken = auth.createAccessToken
auth.createAccessToken = (options) => {
  const { access } = lives()
  return createAccessToken(access === undefined ? options : { ...options, expiresIn: `${access / 1000}s` })
}
