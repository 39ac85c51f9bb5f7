// What tshark makes of a connection, with the same key log: somebody else's decryption, to compare ours with.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Tapped } from './tapped.ts'

const run = promisify(execFile)
const [SYN, ACK] = [2, 16]
const SEGMENT_BYTES = 1460

/** @returns undefined when tshark is not installed. */
export async function tsharkVersion(): Promise<string | undefined> {
  return run('tshark', ['--version']).then(
    ({ stdout }) => stdout.split('\n')[0],
    () => undefined,
  )
}

/** The application data of the first connection, each direction, as tshark decrypts it. */
export async function followTls({ passed, secrets }: Tapped): Promise<{ up: Buffer; down: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'wirelab-tshark-'))
  try {
    await writeFile(join(folder, 'keys'), Buffer.concat(secrets))
    await writeFile(join(folder, 'line.pcap'), pcap(passed.filter(({ connection }) => connection === 1)))
    const keys = `tls.keylog_file:${join(folder, 'keys')}`
    const what = ['-q', '-z', 'follow,tls,raw,0', '-d', 'tcp.port==443,tls']
    const { stdout } = await run('tshark', ['-r', join(folder, 'line.pcap'), '-o', keys, ...what], {
      maxBuffer: 2 ** 26,
    })
    const lines = stdout.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line))
    const side = (isSetIn: boolean) =>
      Buffer.from(
        lines
          .filter((line) => line.startsWith('\t') === isSetIn)
          .map((line) => line.trim())
          .join(''),
        'hex',
      )
    const isServerFirst = /^Node 0: .*:443$/m.test(stdout) // the other one is set in by a tab
    return { up: side(isServerFirst), down: side(!isServerFirst) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A capture file (link type 101: IP without Ethernet) of one TCP connection that lost nothing. */
function pcap(passed: Tapped['passed']): Buffer {
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b2c3d4, 0)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(65_535, 16)
  head.writeUInt32LE(101, 20)
  const next = { up: 1, down: 1 } // sequence numbers
  let milliseconds = 0
  const packet = (up: boolean, flags: number, bytes: Buffer) => {
    const ip = Buffer.alloc(40)
    ip.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, up ? 1 : 2, 10, 0, 0, up ? 2 : 1])
    ip.writeUInt16BE(40 + bytes.length, 2)
    ip.writeUInt16BE(up ? 50_000 : 443, 20)
    ip.writeUInt16BE(up ? 443 : 50_000, 22)
    const [own, other] = up ? (['up', 'down'] as const) : (['down', 'up'] as const)
    ip.writeUInt32BE(flags & SYN ? 0 : next[own], 24)
    ip.writeUInt32BE(flags & ACK ? next[other] : 0, 28)
    ip.writeUInt16BE((5 << 12) | flags, 32)
    ip.writeUInt16BE(65_535, 34)
    next[own] += bytes.length
    const record = Buffer.alloc(16)
    record.writeUInt32LE(Math.floor(++milliseconds / 1000), 0)
    record.writeUInt32LE((milliseconds % 1000) * 1000, 4)
    record.writeUInt32LE(40 + bytes.length, 8)
    record.writeUInt32LE(40 + bytes.length, 12)
    return Buffer.concat([record, ip, bytes])
  }
  const none = Buffer.alloc(0)
  const packets = [packet(true, SYN, none), packet(false, SYN | ACK, none), packet(true, ACK, none)]
  for (const { up, bytes } of passed)
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES)
      packets.push(packet(up, ACK, bytes.subarray(at, at + SEGMENT_BYTES)))
  return Buffer.concat([head, ...packets])
}
