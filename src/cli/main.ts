// The command line: `wirelab serve | bench | plan | watch | certs | inspect | echo`. Flags, process and console are touched only in this folder.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { benchCommand } from './bench.ts'
import { certsCommand } from './certs.ts'
import { echoCommand } from './echo.ts'
import { inspectCommand } from './inspect.ts'
import { planCommand } from './plan.ts'
import { printable } from './printable.ts'
import { serveCommand } from './serve.ts'
import { watchCommand } from './watch.ts'

export async function main(argv: string[]): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string
  }
  const program = new Command('wirelab')
    .description('One event feed over polling, long polling, SSE and WSS, on real TLS, side by side and measured.')
    .version(version)
  const commands = [serveCommand, benchCommand, planCommand, watchCommand, certsCommand, inspectCommand, echoCommand]
  for (const command of commands) program.addCommand(command())
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)])
    command.exitOverride().configureOutput({ outputError: (text, write) => write(oneLine(text)) })

  // A reader that went away (`| head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else fail(error)
  }
}

/** A mistake of the person at the keyboard: one line, exit 2. */
export class UsageError extends Error {}

export function fail(error: unknown) {
  process.stderr.write(oneLine(`wirelab: ${error instanceof Error ? error.message : String(error)}`))
  process.exitCode = error instanceof UsageError ? 2 : 1
}

const oneLine = (text: string) => `${printable(text.trim().replace(/\s*\n\s*/g, ' '))}\n`
