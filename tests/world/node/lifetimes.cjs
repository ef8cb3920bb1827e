// Shortens the lives of tokens and sessions. PDS_LIFETIMES names a file {"access", "told", "session"} in milliseconds,
// which is read each time a life is looked up, so that a test can end a running session; what it leaves out stays as it
// is. `told`: what an OAuth client is told of the life of its token. A client renews a token some seconds before that, so
// that only a client that was told more than the truth sends one that has run out.
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
  PUBLIC_CLIENT_SESSION_LIFETIME: 'session',
  PUBLIC_CLIENT_REFRESH_LIFETIME: 'session',
})) {
  const usual = constants[name]
  Object.defineProperty(constants, name, { get: () => lives()[life] ?? usual })
}

// The provider reads TOKEN_MAX_AGE once: packages/oauth/oauth-provider/src/token/token-manager.ts
const { TokenManager } = require(path.join(modulesOf('@atproto/oauth-provider'), 'token/token-manager.js'))
const { createTokenExpiry, buildTokenResponse } = TokenManager.prototype
const after = (life, now = new Date()) => new Date(now.getTime() + life)
TokenManager.prototype.createTokenExpiry = function (now) {
  const { access } = lives()
  return access === undefined ? createTokenExpiry.call(this, now) : after(access, now)
}
TokenManager.prototype.buildTokenResponse = function (type, access, refresh, expiresAt, ...rest) {
  const { told } = lives()
  const said = told === undefined ? expiresAt : after(told)
  return buildTokenResponse.call(this, type, access, refresh, said, ...rest)
}

// App passwords: https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/account-manager/helpers/auth.ts
const auth = require(path.join(modulesOf('@atproto/pds'), 'account-manager/helpers/auth.js'))
const createAccessToken = auth.createAccessToken
auth.createAccessToken = (options) => {
  const { access } = lives()
  return createAccessToken(access === undefined ? options : { ...options, expiresIn: `${access / 1000}s` })
}
