// A real PLC directory (the registry of did:plc) with its database in memory. Environment: PLC_PORT (0: any).
require('./loopback.cjs')
const { live } = require('./child.cjs')
const { Database, PlcServer } = require('@did-plc/server')

const start = async () => {
  const plc = PlcServer.create({ db: Database.mock(), port: Number(process.env.PLC_PORT ?? 0) })
  await live(await plc.start(), () => plc.destroy())
}
start()
