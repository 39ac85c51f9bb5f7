#!/usr/bin/env node
// The executable `wirelab`: first the check of Node's version, then everything else.
import './old-node.js'
import module from 'node:module'

// What was compiled once need not be again, nor by the processes that the bench starts: a command is there in a third of the time.
module.enableCompileCache?.()
const compiled = module.getCompileCacheDir?.()
if (compiled) process.env.NODE_COMPILE_CACHE ??= compiled

import('./main.ts').then(
  ({ main }) => main(process.argv),
  (error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    console.error(`wirelab: ${error.message.split(' imported from ')[0]}; run npm ci first`)
    process.exitCode = 1
  },
)
