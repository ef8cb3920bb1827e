// How both servers live: say the port once ready, end when told to.
exports.live = async (server, stop) => {
  process.on('SIGTERM', () => stop().finally(() => process.exit(0)))
  console.log(JSON.stringify({ ready: true, port: server.address().port }))
}
