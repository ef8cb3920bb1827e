// How both servers live: say the port once ready, end when told to or when the parent's pipe closes, so none is left over.
exports.live = async (server, stop) => {
  const end = () => stop().finally(() => process.exit(0))
  process.on('SIGTERM', end)
  process.stdin.on('end', end).resume()
  console.log(JSON.stringify({ ready: true, port: server.address().port }))
}
