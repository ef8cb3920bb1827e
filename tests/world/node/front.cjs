// Leads the PDS's own requests to hosts of the closed world (client metadata) to the world's front.
//
// PDS_FRONT names a file {"port", "authority"}; it is read at each connection, since the front starts after the PDS.
const fs = require('node:fs')
const tls = require('node:tls')

const WORLD = /(?:^|\.)passerelle\.eu$/
const connect = tls.connect

tls.connect = function (options, ...rest) {
  const name = typeof options === 'object' ? options.servername || options.host : undefined
  if (!WORLD.test(name || '') || !fs.existsSync(process.env.PDS_FRONT)) return connect.call(this, options, ...rest)
  const { port, authority } = JSON.parse(fs.readFileSync(process.env.PDS_FRONT, 'utf8'))
  const { lookup, ...kept } = options
  return connect.call(this, { ...kept, host: '127.0.0.1', port, servername: name, ca: [authority] }, ...rest)
}
