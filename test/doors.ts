// The doors of the house as data: who may import whom, and why. `violations` reads files and says what goes through a wall.
import { posix } from 'node:path'
import ts from 'typescript'

export interface Rule {
  /** The files it is for, by path from the root. */
  files: RegExp
  except?: RegExp
  /** A file that breaks it: the checker is tested with it. */
  example: { path: string; text: string }
  why: string
}
/** Targets: a path from the root for our files (`src/core/event.ts`), `node:fs` for Node's, `npm:hono` for packages. */
export interface ImportRule extends Rule {
  may?: RegExp
  mayNot?: RegExp
  /** `import type` leaves nothing behind at run time, and is then free. */
  typesAreFree?: boolean
}
/** Names used without being imported, and syntax. */
export interface UseRule extends Rule {
  finds: (node: ts.Node) => string | undefined
}
export interface NameRule extends Rule {
  mayNot: RegExp
}

/** The floor is the control: a bare socket, which no browser has. */
const CLIENTS = /^transports\/((?!floor\/)[^/]+\/client|clients|asking|retry)\.ts$/
/** Who opens sockets: the server, the authority, `inspect`, `echo`, a look at what this OpenSSL can, and the clients of Node of the load generator, and the peers. */
const SOCKETS =
  /^(src\/server\/(secure|upgrade|wire)\.ts|src\/lab\/(gateway|storm\/process|tap\/way)\.ts|src\/broken\/old\.ts|src\/range\/raid\.ts|src\/cli\/(echo|inspect(\/connection)?)\.ts|transports\/(platform\.ts|floor\/.*)|bench\/(line|load|target|peers\/.+)\.ts|certs\/.*)$/
const TLS = /^node:(tls|http|http2|https)$/
const file = (path: string, text = '') => ({ path, text })

export const importRules: ImportRule[] = [
  {
    files: /^src\/core\//,
    may: /^src\/core\//,
    why: 'core runs in Node and in the browser, so it imports nothing outside itself',
    example: file('src/core/made-up.ts', `import type { Hono } from 'hono'`),
  },
  {
    files: /^transports\/contract\.ts$/,
    may: /^$/,
    typesAreFree: true,
    why: 'the contract is read by both sides: it has types only (import type)',
    example: file('transports/contract.ts', `import { Hono } from 'hono'`),
  },
  {
    files: CLIENTS,
    may: /^src\/core\/|^transports\//,
    why: 'a client must run in a browser; the platform hands in what it needs',
    example: file('transports/sse/client.ts', `import { readFile } from 'node:fs'`),
  },
  {
    files: CLIENTS,
    except: /^transports\/clients\.ts$/,
    may: /^src\/core\/|^transports\/(asking|retry|contract)\.ts$|^(?!transports\/)/,
    why: 'a client knows core, the contract and what the clients share; not a server file, and not another client',
    example: file('transports/sse/client.ts', `import { connect } from '../wss/client.ts'`),
  },
  {
    files: /^transports\/clients\.ts$/,
    may: /^transports\/([^/]+\/client|contract)\.ts$|^(?!transports\/)/,
    why: 'the list of clients is loaded by the page: it imports the clients and nothing else',
    example: file('transports/clients.ts', `import { routes } from './sse/server.ts'`),
  },
  {
    files: /^transports\/([^/]+)\/server\.ts$/,
    mayNot: /^transports\/[^/]+\//,
    why: 'a transport never knows another one; what two share is a file in transports/',
    example: file('transports/sse/server.ts', `import { textFrame } from '../wss/server.ts'`),
  },
  {
    files: /^transports\//,
    mayNot: /^(src\/(?!core\/)|bench\/|public\/|certs\/|test\/)/,
    why: 'imports go down only: a transport knows core, not the server that carries it',
    example: file('transports/polling/server.ts', `import { errorBody } from '../../src/server/errors.ts'`),
  },
  {
    files: /^src\/(feeds|sources)\//,
    mayNot: /^(?!src\/core\/|src\/feeds\/|src\/sources\/)(src|transports|bench|public|certs|test)\//,
    why: 'imports go down only: a feed or a source knows core and nothing above it',
    example: file('src/feeds/made-up.ts', `import { pageBody } from '../../transports/page.ts'`),
  },
  {
    files: /^(?!src\/(range\/|cli\/range\.ts))/,
    mayNot: /^src\/range\//,
    why: 'nothing that serves knows the range: only the command hands it in, and its switches reach its own target only',
    example: file('src/server/made-up.ts', `import { defences } from '../range/defences.ts'`),
  },
  {
    files: /^src\/range\//,
    mayNot: /^((src\/(cli|lab|broken)|public|test)\/|bench\/(?!process\.ts))/,
    why: 'the range stands on the server and the accounts, beside the lab; it does not know who starts it',
    example: file('src/range/made-up.ts', `import { benchRoom } from '../lab/room.ts'`),
  },
  {
    files: /^src\/range\/pages\//,
    may: /^src\/range\/pages\//,
    why: 'a page of the range runs in a browser, alone: it imports nothing but its neighbours',
    example: file('src/range/pages/made-up.ts', `import { FORGED } from '../notes.ts'`),
  },
  {
    files: /^src\/server\//,
    mayNot: /^(src\/cli|src\/lab|src\/broken|src\/accounts|bench|public|test)\//,
    why: 'imports go down only: the server does not know who starts it',
    example: file('src/server/made-up.ts', `import { benchRoom } from '../lab/room.ts'`),
  },
  {
    files: /^src\/lab\//,
    mayNot: /^((src\/cli|src\/broken|public|test)\/|bench\/(?!network\/|wires\/|load\/|(line|process)\.ts))/,
    why: 'the benches stand on the server and on the network of the bench; they measure nothing, and do not know who starts them',
    example: file('src/lab/made-up.ts', `import { list } from '../cli/flags.ts'`),
  },
  {
    files: /^src\/lab\//,
    except: /^src\/lab\/proof\/server\.ts$/,
    mayNot: /^src\/accounts\//,
    why: 'the benches know no accounts, and the lab can be had without them; a proof alone makes some up, in memory',
    example: file('src/lab/made-up.ts', `import { accountRoom } from '../accounts/room.ts'`),
  },
  {
    files: /^src\/accounts\//,
    mayNot: /^(src\/(cli|lab|broken)|bench|public|test)\//,
    why: 'accounts stand on the server; they do not know who starts it, and the lab can be had without them',
    example: file('src/accounts/made-up.ts', `import { list } from '../cli/flags.ts'`),
  },
  {
    files: /^src\/broken\//,
    mayNot: /^(src\/(cli|accounts)|bench|public|test)\//,
    why: 'broken servers stand on the server and the lab, and only the command starts them',
    example: file('src/broken/made-up.ts', `import { list } from '../cli/flags.ts'`),
  },
  {
    files: /^src\/lab\/wire\//,
    may: /^src\/lab\/wire\/|^node:crypto$/,
    why: 'the wire is read from bytes and secrets alone: whoever has them can check it, and it touches no socket',
    example: file('src/lab/wire/made-up.ts', `import { connect } from 'node:net'`),
  },
  {
    files: /^certs\//,
    mayNot: /^(src|transports|bench|public|test)\//,
    why: 'the authority stands alone: it makes certificates for whoever asks',
    example: file('certs/made-up.ts', `import { startLab } from '../src/server/start.ts'`),
  },
  {
    files: /^bench\//,
    mayNot: /^(src\/cli|src\/lab|src\/broken|public|test)\//,
    why: 'imports go down only: the bench is started by the command, and draws nothing on the page',
    example: file('bench/made-up.ts', `import { list } from '../src/cli/flags.ts'`),
  },
  {
    files: /^bench\/browser\/page\.ts$/,
    may: /^src\/core\/|^transports\/clients\.ts$/,
    why: 'the page that the bench measures runs in a browser: it imports core and the clients only',
    example: file('bench/browser/page.ts', `import { startLab } from '../../src/server/start.ts'`),
  },
  {
    files: /^src\/cli\//,
    mayNot: /^(public|test)\//,
    why: 'the command serves the page as files, it never runs it',
    example: file('src/cli/made-up.ts', `import { draw } from '../../public/chart.ts'`),
  },
  {
    files: /^public\//,
    may: /^public\/|^src\/core\/|^transports\/([^/]+\/client|clients|contract)\.ts$|^npm:(uplot|lit-html)$|^\/vendor\/(uplot|lit-html)\.js$/,
    why: 'the page runs in a browser: it imports core, the clients and the vendored lit-html and uPlot only',
    example: file('public/made-up.ts', `import { createApp } from '../src/server/app.ts'`),
  },
  {
    files: /./,
    except: SOCKETS,
    mayNot: TLS,
    typesAreFree: true,
    why: 'sockets are opened in few named places (SOCKETS in test/doors.ts); import type is free',
    example: file('transports/sse/server.ts', `import { request } from 'node:https'`),
  },
  {
    files: /^src\/server\/wire\.ts$/,
    mayNot: TLS,
    typesAreFree: true,
    why: 'wire counts what passes and opens nothing: types only (import type)',
    example: file('src/server/wire.ts', `import { connect } from 'node:tls'`),
  },
]

/** What of `process` only reads a clock, a counter or a version: no door to the person at the terminal. */
const READINGS = new Set([
  'pid',
  'hrtime',
  'cpuUsage',
  'memoryUsage',
  'resourceUsage',
  'versions',
  'version',
  'platform',
  'arch',
])
/** Programs of their own, started as processes, and how they talk to the one that started them. */
const ENTRIES =
  /^(bench\/(load|target|process|(network|browser)\/process|peers\/.+)|src\/(lab\/storm|range)\/process)\.ts$/

export const useRules: UseRule[] = [
  {
    files: /./,
    except: new RegExp(`^src/cli/|${ENTRIES.source}`),
    finds(node) {
      if (!isGlobal(node, ['process', 'console'])) return undefined
      const { parent } = node
      const isReading = ts.isPropertyAccessExpression(parent) && READINGS.has(parent.name.text)
      return isReading ? undefined : parent.getText().split('\n')[0]
    },
    why: 'flags, process and console are touched only in src/cli and where a process starts; take it as a parameter',
    example: file('src/server/made-up.ts', `process.stdout.write('hello')`),
  },
  {
    files: new RegExp(`^src/core/|^public/|^src/range/pages/|^bench/browser/page\\.ts$|${CLIENTS.source}`),
    finds: (node) => (isGlobal(node, ['Buffer', 'setImmediate', 'global', 'require']) ? node.getText() : undefined),
    why: 'a browser has no such global; use what both have (Uint8Array, setTimeout, globalThis)',
    example: file('transports/sse/client.ts', `const bytes = Buffer.from(text)`),
  },
  {
    files: /./,
    finds: (node) => (ts.isExportDeclaration(node) && !node.exportClause ? node.getText() : undefined),
    why: 'no barrel files: import from the file that has it',
    example: file('src/core/made-up.ts', `export * from './event.ts'`),
  },
  {
    files: /./,
    // Of a server it says whether a client without a certificate is let in; test/tls.test.ts shows that a wrong one never is.
    except: /^src\/server\/secure\.ts$/,
    finds(node) {
      const isIt = ts.isPropertyAssignment(node) && nameOf(node.name) === 'rejectUnauthorized'
      return isIt && node.initializer.kind !== ts.SyntaxKind.TrueKeyword ? node.getText() : undefined
    },
    why: 'trust our CA (transports/platform.ts) instead of trusting everybody',
    example: file('bench/made-up.ts', `connect({ 'rejectUnauthorized': false })`),
  },
  {
    files: /./,
    except: /^src\/(broken\/|range\/(sockets|attacks\/downgrade)\.ts$)/,
    finds: (node) =>
      ts.isStringLiteralLike(node) && /SECLEVEL|^TLSv1(\.1)?$/.test(node.text) ? node.getText() : undefined,
    why: 'only what is broken on purpose (src/broken, and a target of the range) may speak old TLS, or take weak keys',
    example: file('src/server/made-up.ts', `const ciphers = 'DEFAULT@SECLEVEL=0'`),
  },
  {
    files: /^(src|bench|transports)\//,
    except: /^src\/(range|broken|accounts)\/|^src\/server\/secure\.ts$/,
    finds: (node) => (isWeakening(node) ? node.getText().split('\n')[0] : undefined),
    why: 'less than our TLS, cheaper hashes, more tries and guessable passwords are for targets of the range, and no flag reaches them',
    example: file('src/cli/made-up.ts', `accountRoom({ path, cost: 4 })`),
  },
  {
    files: /./,
    except: /^src\/range\/pages\/naive\.ts$/, // the mistake itself, for the range's target to make
    finds: (node) =>
      (ts.isIdentifier(node) || ts.isStringLiteral(node)) && /^(inner|outer)HTML$/.test(node.text)
        ? node.getText()
        : undefined,
    why: 'what somebody typed is text: use textContent',
    example: file('public/made-up.ts', `lane.innerHTML = name`),
  },
]

export const nameRules: NameRule[] = [
  {
    files: /./,
    mayNot: /(^|[/-])(utils?|helpers?|common|managers?|services?)(-[^/]*)?(\.[^/]*)?(\/|$)/,
    why: 'the name says nothing: name it after the thing it is about',
    example: file('src/server/utils.ts'),
  },
]

/** @param files text by path from the root, with `/`. @returns one line each, in plain words: file, what it does, why not. */
export function violations(files: Map<string, string>): string[] {
  return [...files].flatMap(([path, text]) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
    const found: string[] = []
    const say = (what: string, { why }: Rule) => found.push(`${path} ${what}: ${why}`)
    const mine = <Each extends Rule>(rules: Each[]) =>
      rules.filter((rule) => rule.files.test(path) && !rule.except?.test(path))

    for (const rule of mine(nameRules)) if (rule.mayNot.test(path)) say('has a name that is not used here', rule)
    const [imports, uses] = [mine(importRules), mine(useRules)]
    walk(source, (node) => {
      const target = importOf(node, path)
      if (target)
        for (const rule of imports) {
          if (rule.typesAreFree && target.typesOnly) continue
          const passes = rule.may?.test(target.to) ?? !rule.mayNot?.test(target.to)
          if (!passes) say(`imports ${target.to.replace(/^npm:/, '')}`, rule)
        }
      for (const rule of uses) {
        const what = rule.finds(node)
        if (what !== undefined) say(`has ${what}`, rule)
      }
    })
    return found
  })
}

/** Static, dynamic and type imports, and re-exports. */
function importOf(node: ts.Node, from: string): { to: string; typesOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node))
    return target(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return target(node.moduleSpecifier, node.isTypeOnly)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return target(node.argument.literal, true)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0])
    return target(node.arguments[0], false)
  return undefined

  function target(specifier: ts.Node, typesOnly: boolean) {
    if (!ts.isStringLiteralLike(specifier)) return undefined
    const { text } = specifier
    if (text.startsWith('.')) return { to: posix.join(posix.dirname(from), text), typesOnly }
    return { to: /^(node:|\/)/.test(text) ? text : `npm:${text}`, typesOnly }
  }
}

/** An identifier that stands for the global of that name, also as `globalThis.process` or imported from `node:process`. */
function isGlobal(node: ts.Node, names: string[]): boolean {
  if (ts.isImportDeclaration(node)) return names.some((name) => nameOf(node.moduleSpecifier) === `node:${name}`)
  if (!ts.isIdentifier(node) || !names.includes(node.text)) return false
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return parent.expression.getText() === 'globalThis'
  const isAName = (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node
  return !isAName && !ts.isQualifiedName(parent) && !ts.isTypeReferenceNode(parent)
}

/** `weakened` in rules of TLS; and in the options of a room of accounts what only a target has. */
function isWeakening(node: ts.Node): boolean {
  if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) {
    const name = nameOf(node.name)
    if (name === 'weakened') return true
    return ['cost', 'free', 'frequent'].includes(name ?? '') && isOfRoom(node)
  }
  return false
}
function isOfRoom(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) return node.expression.getText() === 'accountRoom'
  return !ts.isBlock(node) && !ts.isSourceFile(node) && isOfRoom(node.parent)
}

function nameOf(node: ts.Node): string | undefined {
  return ts.isIdentifier(node) || ts.isStringLiteralLike(node) ? node.text : undefined
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  node.forEachChild((child) => walk(child, visit))
}
