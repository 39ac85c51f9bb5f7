// What a publisher sends, read strictly: JSON.parse alone would take duplicate keys and __proto__ without a word.
import { visit } from 'jsonc-parser'
import type { Draft, Json } from '../src/core/event.ts'
import { Refusal } from './request.ts'

/** The body of `POST /feed`: exactly `{"type":…,"data":…}`. @throws {Refusal} 400 bad_json, bad_message */
export function readDraft(text: string): Draft {
  return asDraft(parseStrictly(text))
}

/** A message up a WebSocket: exactly `{"publish":{"type":…,"data":…}}`. @throws {Refusal} 400 bad_json, bad_message */
export function readPublish(text: string): Draft {
  const value = parseStrictly(text)
  if (!hasExactly(value, ['publish'])) throw new Refusal(400, 'bad_message', 'expected {"publish":{"type":…,"data":…}}')
  return asDraft(value.publish)
}

function asDraft(value: Json | undefined): Draft {
  if (!hasExactly(value, ['type', 'data'])) throw new Refusal(400, 'bad_message', 'expected {"type":…,"data":…}')
  if (typeof value.type !== 'string') throw new Refusal(400, 'bad_message', 'type must be a string')
  return { type: value.type, data: value.data! }
}

function hasExactly(value: Json | undefined, names: string[]): value is Record<string, Json> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const own = Object.keys(value)
  return own.length === names.length && names.every((name) => own.includes(name))
}

function parseStrictly(text: string): Json {
  try {
    const value = JSON.parse(text) as Json
    const open: Set<string>[] = []
    visit(text, {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty(key) {
        if (open.at(-1)?.has(key)) throw badJson('a key is given twice in one object')
        if (key === '__proto__') throw badJson('__proto__ is not a key here')
        open.at(-1)?.add(key)
      },
    })
    return value
  } catch (cause) {
    throw cause instanceof Refusal ? cause : badJson('the text is not JSON, or is nested too deep', cause)
  }
}

function badJson(why: string, cause?: unknown): Refusal {
  return Object.assign(new Refusal(400, 'bad_json', `expected JSON: ${why}`), { cause })
}
