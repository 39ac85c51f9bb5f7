#!/usr/bin/env node
// The executable `wirelab`: first the check of Node's version, then everything else.
import './old-node.js'
import('./main.ts').then(({ main }) => main(process.argv))
