// `npm test`: first the check of Node's version, then everything else.
import '../src/cli/old-node.js'
import('./run.ts').then(({ run }) => run(process.argv.slice(2)))
