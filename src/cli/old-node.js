// Plain JavaScript that any Node can read: an old one is told what to do before it meets a file it cannot.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `wirelab: needs Node 24 or newer, this is ${process.version}. Run it as "npm start", "npm test" or "npx wirelab": npm ci brought its own Node; or install Node 24.`,
  )
  process.exit(1)
}
