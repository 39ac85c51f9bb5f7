// Reads an event stream with fetch, as one would without EventSource: blocks between empty lines, no reconnection, no memory.

export interface Block {
  id?: string
  event: string
  data: string
}

/** Calls back for each block of the stream until it ends, which it may do by an error. [WHATWG HTML 9.2.5] */
export async function readStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onBlock: (block: Block) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (let text = ''; ;) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (text + value).split('\n\n')
    text = blocks.pop()! // not complete yet
    for (const block of blocks) onBlock(parse(block))
  }
}

function parse(block: string): Block {
  const fields = block.split('\n').map((line) => /^([a-z]+): ?(.*)$/.exec(line) ?? [])
  const all = (name: string) => fields.filter(([, key]) => key === name).map(([, , value]) => value!)
  const id = all('id').at(-1)
  return { ...(id !== undefined && { id }), event: all('event').at(-1) ?? 'message', data: all('data').join('\n') }
}
