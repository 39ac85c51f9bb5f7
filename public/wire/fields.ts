// One sentence on each header field that the lab and its clients use, whatever version of HTTP carries it.

const FIELDS: Readonly<Record<string, string>> = {
  host: 'which server is meant, for one address may have many (RFC 9110 §7.2)',
  connection: 'what holds for this connection only: keep-alive, close, or upgrade (RFC 9110 §7.6.1)',
  upgrade: 'another protocol, to go on with on this connection (RFC 9110 §7.8)',
  'content-type': 'what the body is (RFC 9110 §8.3)',
  'content-length': 'how many bytes of body follow the empty line (RFC 9110 §8.6)',
  'transfer-encoding': 'the body comes in chunks, each with its length before it (RFC 9112 §7.1)',
  'cache-control': 'whether this may be stored, and by whom (RFC 9111 §5.2)',
  etag: 'a name for this very content: here the cursor (RFC 9110 §8.8.3)',
  'if-none-match': 'what the client has already; nothing new is answered 304 (RFC 9110 §13.1.2)',
  vary: 'the answer depends on this field of the request too (RFC 9110 §12.5.5)',
  date: 'when the answer was made (RFC 9110 §6.6.1)',
  accept: 'what kinds of body the client takes (RFC 9110 §12.5.1)',
  'accept-encoding': 'which compressions the client knows (RFC 9110 §12.5.3)',
  'accept-language': 'which languages the person prefers (RFC 9110 §12.5.4)',
  'user-agent': 'which program asks; browsers say much here, in each request (RFC 9110 §10.1.5)',
  origin: 'which page asks: the server refuses strangers by it (RFC 6454 §7)',
  referer: 'which page the request comes from (RFC 9110 §10.1.3)',
  cookie: 'what the server once gave, given back in each request; hidden here (RFC 6265 §4.2)',
  'set-cookie': 'the client shall send this back from now on; hidden here (RFC 6265 §4.1)',
  authorization: 'who asks, or what they may do; hidden here (RFC 9110 §11.6.2)',
  'last-event-id': 'the id of the last event that came: the stream goes on behind it (WHATWG HTML §9.2)',
  'access-control-allow-origin': 'the page that may read this answer from another origin (Fetch §3.3)',
  'x-content-type-options': 'the type is what it says; do not guess (Fetch §3.6)',
  'x-accel-buffering': 'asks a proxy (nginx) not to hold the stream back',
  'retry-after': 'so many seconds later it may work (RFC 9110 §10.2.3)',
  'keep-alive': 'how long the server keeps an idle connection open',
  prefer: 'how the client would like it: here to wait for so long (RFC 7240)',
  allow: 'the methods that are known here (RFC 9110 §10.2.1)',
  priority: 'how urgent this answer is to the client (RFC 9218)',
  pragma: 'the word of HTTP/1.0 for no-cache (RFC 9111 §5.4)',
  'idempotency-key': 'a second try with the same key is not a second event',
  'sec-websocket-key': '16 random bytes; the answer proves that it was read (RFC 6455 §4.1)',
  'sec-websocket-accept': 'SHA-1 of the key and a fixed text: this server does speak WebSocket (RFC 6455 §4.2.2)',
  'sec-websocket-version': 'the version of the WebSocket protocol: 13 is the only one in use (RFC 6455 §4.4)',
  'sec-websocket-protocol': 'the subprotocols offered, or the one chosen: what the messages mean (RFC 6455 §1.9)',
  'sec-websocket-extensions': 'extensions offered or chosen, such as compression (RFC 6455 §9.1)',
  ':method': 'the method, as a pseudo-header field of HTTP/2 (RFC 9113 §8.3.1)',
  ':path': 'the path and the query: what the first line of HTTP/1.1 says (RFC 9113 §8.3.1)',
  ':scheme': 'http or https (RFC 9113 §8.3.1)',
  ':authority': 'which server is meant, as Host says in HTTP/1.1 (RFC 9113 §8.3.1)',
  ':status': 'the status, without words (RFC 9113 §8.3.2)',
  ':protocol': 'extended CONNECT: this stream becomes a WebSocket (RFC 8441 §4)',
}

export function explainField(name: string): string {
  const key = name.toLowerCase()
  if (key.startsWith('sec-fetch-'))
    return 'what in the page asks, and from where; only a browser can set it (Fetch Metadata)'
  if (key.startsWith('sec-ch-ua')) return 'which browser asks, in small pieces (Client Hints)'
  return FIELDS[key] ?? 'a header field'
}

const STATUS: Readonly<Record<number, string>> = {
  101: 'the connection is HTTP no longer: what follows is the protocol that was agreed on',
  200: 'the answer follows',
  201: 'the event is in the log',
  204: 'done, and there is nothing to say',
  304: 'nothing new: what the client has is all there is, and no body follows',
  400: 'the request was malformed',
  401: 'who asks is not known',
  403: 'who asks may not',
  404: 'there is no such thing',
  429: 'too much of it',
  503: 'not now; come back',
}

export const explainStatus = (status: number) => STATUS[status] ?? 'the status of the answer'
