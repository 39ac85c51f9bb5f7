// Talking to a child process: ask by name, wait for the answer, never longer than agreed; and no child outlives its parent.
import { fork } from 'node:child_process'

/** What a child can be asked. Arguments and answers are plain data. */
export type Commands = Record<string, (argument: never) => unknown>

interface Question {
  id: number
  command: string
  argument: unknown
}
interface Answer {
  id: number
  result?: unknown
  error?: string
}

export interface Child<C extends Commands> {
  pid: number
  ask<Name extends keyof C & string>(
    command: Name,
    argument: Parameters<C[Name]>[0],
    timeoutMs?: number,
  ): Promise<Awaited<ReturnType<C[Name]>>>
  /** Kills it if it is still there, and waits until it is gone. */
  end(): Promise<void>
}

/** Child side: answers what the parent asks; without a parent it ends. */
export function answer(commands: Commands): void {
  process.on('message', ({ id, command, argument }: Question) => {
    const reply = (answer: Omit<Answer, 'id'>) => void process.send?.({ id, ...answer })
    Promise.resolve()
      .then(() => commands[command]!(argument as never))
      .then(
        (result) => reply({ result }),
        (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
      )
  })
  process.on('disconnect', () => process.exit())
  // Ctrl-C goes to every process of a terminal; the parent decides what becomes of this one.
  process.on('SIGINT', () => undefined)
}

/** Parent side. `file` runs with this very Node; `execArgv` are its flags. */
export function child<C extends Commands>(name: string, file: URL, execArgv: string[] = []): Child<C> {
  const process_ = fork(file, {
    execPath: process.execPath,
    execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  let complaint = ''
  let gone: string | undefined
  // Without a free descriptor there is no stderr either.
  process_.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)))
  const exited = new Promise<void>((resolve) => {
    const end = (how: string) => {
      const reason = complaint.trim().split('\n').at(-1) ?? ''
      gone = `the ${name} ${how}${reason && `: ${reason}`}`
      for (const [id, settle] of waiting) settle({ id, error: gone })
      resolve()
    }
    process_.once('exit', (code, signal) => end(`ended with ${signal ?? code}`))
    process_.on('error', (error) => {
      complaint += error.message
      if (process_.pid === undefined) end('was not started') // then there is no exit
    })
  })
  process_.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer))

  return {
    pid: process_.pid!,
    ask(command, argument, timeoutMs = 30_000) {
      const asked = new Promise<never>((resolve, reject) => {
        if (gone) return reject(new Error(gone))
        const id = ++lastId
        const settle = ({ result, error }: Answer) => {
          clearTimeout(timer)
          waiting.delete(id)
          if (error === undefined) resolve(result as never)
          else reject(new Error(error.startsWith('the ') ? error : `the ${name} failed at "${command}": ${error}`))
        }
        const timer = setTimeout(
          () => settle({ id, error: `the ${name} did not answer "${command}" in ${timeoutMs / 1000} s` }),
          timeoutMs,
        )
        waiting.set(id, settle)
        process_.send?.({ id, command, argument } satisfies Question) // not there: it was not started, and is about to say so
      })
      // Who asked and then failed at something else does not wait for it any more: that must not end the run.
      asked.catch(() => undefined)
      return asked
    },
    async end() {
      if (process_.connected) process_.disconnect()
      const killer = setTimeout(() => process_.kill('SIGKILL'), 3000)
      await exited
      clearTimeout(killer)
    },
  }
}
