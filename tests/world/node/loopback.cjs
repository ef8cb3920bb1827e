// Every TCP server of this process that names no host listens on 127.0.0.1: the PDS and the PLC give only a port.
const net = require('node:net')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  if (port === null || typeof port !== 'object') {
    return listen.call(this, port, ...(typeof rest[0] === 'string' ? rest : ['127.0.0.1', ...rest]))
  }
  return listen.call(this, 'port' in port ? { host: '127.0.0.1', ...port } : port, ...rest)
}
