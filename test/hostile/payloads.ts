// What people write who want more than to be read (FAULTS X): scripts in all disguises, and text that breaks a layout.

/** Each asks for `alert`, for a file of another name, or to be an element; none of that may happen. */
const scripts: [name: string, text: string][] = [
  ['a script', '<script>alert(1)</script>'],
  ['a script of ours', '<script src="/public/main.ts?x"></script>'],
  ['an image that fails', '<img src=x onerror=alert(1)>'],
  ['an image of another place', '<img src="https://evil.example/x.png">'],
  ['SVG with a handler', '<svg/onload=alert(1)>'],
  ['SVG with a script', '<svg><script>alert(1)</script></svg>'],
  ['the end of an attribute', '"><img src=x onerror=alert(1)>'],
  ['the end of another attribute', "' onfocus=alert(1) autofocus tabindex=0 x='"],
  ['a javascript: link', '<a href="javascript:alert(1)" autofocus>here</a>'],
  ['javascript: alone', 'javascript:alert(1)'],
  ['a data: document', '<iframe src="data:text/html,<script>alert(1)</script>"></iframe>'],
  ['a document of its own', '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>'],
  ['the end of the title', '</title><script>alert(1)</script>'],
  ['the end of a style', '</style><script>alert(1)</script>'],
  ['the end of a comment', '--><script>alert(1)</script><!--'],
  ['noscript', '<noscript><p title="</noscript><img src=x onerror=alert(1)>">'],
  ['a template of JavaScript', '${alert(1)}${7*7}'],
  ['a template of others', '{{constructor.constructor("alert(1)")()}}{{7*7}}<%= 7*7 %>'],
  ['a marker of lit-html', '<!--?lit$123456789$--><?lit$123456789$><img src=x onerror=alert(1)>'],
  [
    'mutation XSS',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  ],
  ['clobbering by name', '<form id=screen><input name=textContent><input name=hidden></form>'],
  ['clobbering by id', '<a id=said></a><a id=said name=textContent href=x:y></a>'],
  ['a style for everything', '<style>*{display:none!important}</style>'],
  ['a style sheet of another place', '<link rel=stylesheet href="https://evil.example/x.css">'],
  ['another base', '<base href="https://evil.example/">'],
  ['to another page', '<meta http-equiv=refresh content="0;url=https://evil.example/">'],
  ['an object', '<object data="/x"></object><embed src="/x">'],
  ['a dialog', '<dialog open>Your session has ended. Password: <input></dialog>'],
  ['entities, once', '&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#x3c;'],
  ['a custom element', '<wire-lane onclick=alert(1)>x</wire-lane>'],
]

/** Text that is honest and does not fit. */
const shapes: [name: string, text: string][] = [
  ['a line separator', 'a\u2028b\u2029c'],
  ['right to left', '\u202egnp.exe\u202c \u2067abc'],
  ['no end of letters, no space', 'W'.repeat(15_000)],
  ['combining marks', `e${'\u0301'.repeat(7000)}`],
  ['lines', '\n'.repeat(3000)],
  ['tabs', '\t'.repeat(3000)],
  ['nothing to see', '\u200b\u200d\ufeff'.repeat(1000)],
  ['wide letters', '﷽'.repeat(3000)],
  ['emoji in families', '👩‍👩‍👧‍👦'.repeat(300)],
  ['emoji that would be cut in two', `x${'😀'.repeat(300)}`],
  ['an escape of a terminal', '\u001b[2J\u001b[31mred\u0007'],
  ['NUL', 'a\0b'],
]

export const payloads = [...scripts, ...shapes]
