// The attacks of the range, one list: what is done, what holds it back, and why. The page and docs/range.md tell the same.
import type { Attack } from './attack.ts'
import { socketAttacks } from './sockets.ts'

export const attacks: readonly Attack[] = [
  {
    slug: 'hijack',
    title: 'Cross-site WebSocket hijacking, from a sibling',
    from: 'sibling',
    defences: ['origin'],
    about:
      'The victim is logged in, and opens a page of another port of the same host. Its script asks for the feed in all four ways, with the victim’s cookie.',
    why: [
      'The browser sends all four requests, cookie included, and the server, blindfolded, answers all four. Polling, long polling and SSE are HTTP answers: the page of another origin may read one only if it carries Access-Control-Allow-Origin (CORS), and ours never does. The answer arrives, and the browser keeps it from the script.',
      'A WebSocket is not covered by that: the rule of CORS is checked on answers to fetch, and a handshake answered by 101 has no such check. Instead the browser says in Origin which page asks, and leaves the decision to the server (RFC 6455 §10.2). Whoever does not look there gives every page of the web a two-way line in the name of its visitor: it reads, and it publishes.',
      'SameSite does not help here. A site is scheme and registrable domain; the port is no part of it. To the cookie, a sibling is home: “cross-site” in the attack’s name is older than the distinction, and means of another origin.',
    ],
    source: {
      name: 'CWE-1385, Missing Origin Validation in WebSockets',
      url: 'https://cwe.mitre.org/data/definitions/1385.html',
    },
  },
  {
    slug: 'hijack-from-afar',
    title: 'Cross-site WebSocket hijacking, from another site',
    from: 'stranger',
    defences: ['origin', 'same-site'],
    about: 'The same script on a page of another site: 127.0.0.1 is another one than localhost.',
    why: [
      'With SameSite=Strict (Lax would do) the browser leaves the cookie out of everything that a page of another site asks for, so the server sees a stranger and, as reading needs an account here, says 401.',
      'With SameSite=None browsers used to send it. Today most keep cookies of embedded sites apart or out: Firefox (Total Cookie Protection), Safari, and Chromium as some build it. Then the attack fails with both switches off, and the card says so. That is a gift of the browser, not a defence to rely on: allow third-party cookies for 127.0.0.1 in its settings, and see.',
      'Either defence is enough here; only the Origin check is enough in both cases.',
    ],
    source: {
      name: 'RFC 6265bis §5.2, “Same-site” and “cross-site” requests',
      url: 'https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.2',
    },
  },
  {
    slug: 'read-across',
    title: 'Reading across origins, where CORS lets everybody in',
    from: 'sibling',
    defences: ['origin', 'cors'],
    about:
      'The same page asks by polling, long polling and SSE only. The server names whatever Origin asks as one that may read, with credentials.',
    why: [
      'This is how the protection of the other three is lost: Access-Control-Allow-Origin repeats the Origin of the request, and Access-Control-Allow-Credentials says that cookies are fine. It looks like an allow-list, and is none.',
      'Refusing foreign Origins before there is an answer holds it back too, and spares the work.',
    ],
    source: { name: 'WHATWG Fetch, CORS protocol', url: 'https://fetch.spec.whatwg.org/#http-cors-protocol' },
  },
  {
    slug: 'forged-post',
    title: 'Cross-site request forgery: publish as the victim',
    from: 'stranger',
    defences: ['origin', 'same-site', 'schema'],
    about:
      'A page of another site sends a form to POST /feed. Its one field is named so that name=value reads as JSON; the encoding is text/plain.',
    why: [
      'CORS keeps answers from being read, not requests from being sent. A form may be sent anywhere, with cookies; the attacker never sees the answer, and does not need it.',
      'Three defences, each enough. A form can send only three media types, and application/json is none of them; a script that wants to send it must ask first (preflight), and gets no leave. A cookie with SameSite=Strict or Lax does not come with a POST of another site. And the browser names the page in Origin.',
      'Here the form goes to the address bar, so the browser sees a visit: Total Cookie Protection does not help.',
    ],
    source: {
      name: 'OWASP, Cross-Site Request Forgery Prevention',
      url: 'https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html',
    },
  },
  {
    slug: 'sse-injection',
    title: 'SSE field injection',
    from: 'inside',
    defences: ['encoding'],
    about:
      'An account that may publish notes, and nothing else, publishes one with line breaks in it: the end of its event, then an event of type notice, which only moderators may publish.',
    why: [
      'An event stream is lines: event: and data:, and an empty line ends an event. A server that writes what people typed behind data: lets them write lines of their own, and so events, types, ids and the retry time of everybody who reads.',
      'Our server cannot be switched to do that: it writes an event as JSON, and JSON has no line breaks. With the switch off the victim’s page reads another stream, of twenty lines written as they often are (src/range/naive.ts).',
      'WebSocket messages have a length in front of them, so nothing in a message can end it; long polling and polling carry JSON. This mistake is one of formats that are divided by lines.',
    ],
    source: {
      name: 'WHATWG HTML §9.2.6, Interpreting an event stream',
      url: 'https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation',
    },
  },
  {
    slug: 'xss',
    title: 'Cross-site scripting, in every field',
    from: 'inside',
    defences: ['text', 'policy'],
    about:
      'Four notes, each with a script in one field that people fill in: who it is from, its text, its colour, its link. A script that runs sends the victim’s private line to the attacker.',
    why: [
      'A script that runs in the page is the page: it has the right Origin, its cookies are sent, all other switches are on and none of them matters. HttpOnly keeps the cookie’s letters from it, and it does not need them.',
      'As text, nothing can run: textContent makes no elements, a colour is checked before it is used, and a link is made only of https:. The lab’s own page does it with lit-html.',
      'The policy is the net below: innerHTML still makes the elements, but the browser runs no handler and no javascript: that is not from a file of ours, and would not send anything elsewhere. With Trusted Types it does not even take the text as HTML.',
    ],
    source: {
      name: 'OWASP, Cross Site Scripting Prevention',
      url: 'https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html',
    },
  },
  {
    slug: 'plain-http',
    title: 'Downgrade: the browser is led to plain HTTP',
    from: 'network',
    defences: ['hsts'],
    about:
      'Somebody on the network answers on a port without TLS. The victim, who was at the lab a moment ago, follows an old link that begins with http.',
    why: [
      'TLS protects who uses it. Whoever types a name without https, or follows an old link, asks in plain text first, and somebody on the way answers with a page of theirs; the padlock is missing, and few look.',
      'Strict-Transport-Security, once seen over TLS, makes the browser turn http into https by itself before a byte leaves. The port here speaks no TLS, so nothing is shown at all: that is what is meant to happen.',
      'HSTS is kept by host name, for all ports: what the target makes a browser forget is forgotten of the lab of that name, too, until the lab’s next answer says it again. Therefore browsers ignore it for localhost, where many servers share one name, and for IP addresses (RFC 6797 §8.1.1): there this attack succeeds in both positions, and the browser even sends the Secure cookie, for it trusts localhost. With a name of your own the switch works: put “127.0.0.1 lab.example” into /etc/hosts, and start with --range --name lab.example.',
    ],
    source: { name: 'RFC 6797, HTTP Strict Transport Security', url: 'https://www.rfc-editor.org/rfc/rfc6797' },
  },
  ...socketAttacks,
]
