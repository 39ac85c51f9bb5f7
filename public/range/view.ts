// What the range's screen looks like, as a function of what the lab tells of it.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { outcome } from './outcome.ts'
import type { Attack, Defence, Range } from './range.ts'

export interface ViewOptions {
  range: Range | undefined
  /** By the slug of the attack that it is about; by the empty name, of the whole screen. */
  troubles: Record<string, string>
  act: { turn(slug: string, changes: Record<string, boolean>): Promise<void>; attack(slug: string): void }
}

export function view({ range, troubles, act }: ViewOptions): TemplateResult {
  return html`<article class="range">
    <h2 tabindex="-1">Attack and defence range</h2>
    <p class="lead">
      A second server of ours is the target, with an account “victim” that your browser logs in to. Switch a defence off
      there, attack, and see it succeed; switch it on, and see it fail. The lab around this page keeps all of its
      defences: it has no such switches.
    </p>
    <p class="alert" role="alert" ?hidden=${!troubles['']}>${troubles['']}</p>
    ${range ? opened(range, troubles, act) : html`<p class="soft">Loading …</p>`}
  </article>`
}

function opened(range: Range, troubles: ViewOptions['troubles'], act: ViewOptions['act']): TemplateResult {
  const off = range.defences.filter(({ on }) => !on)
  const ofPages = range.attacks.filter(({ page }) => page !== null)
  const ofSockets = range.attacks.filter(({ page }) => page === null)
  const all = (attacks: Attack[]) => attacks.map((attack) => card(attack, range, troubles[attack.slug] ?? '', act))
  return html`<dl class="places">
      <div>
        <dt>Target</dt>
        <dd><code>${range.target}</code></dd>
      </div>
      <div>
        <dt>Attacker, a sibling: same site, another origin</dt>
        <dd><code>${range.sibling}</code></dd>
      </div>
      <div>
        <dt>Attacker, a stranger: another site</dt>
        <dd><code>${range.stranger}</code></dd>
      </div>
    </dl>
    <p class="all">
      <span>${off.length === 0 ? 'All defences are on.' : `Off: ${off.map(({ title }) => title).join(', ')}.`}</span>
      <button type="button" @click=${() => act.turn('all', Object.fromEntries(off.map(({ name }) => [name, true])))}>
        All defences on
      </button>
      <span class="alert" role="alert" ?hidden=${!troubles.all}>${troubles.all}</span>
    </p>
    <h3>From a page, in your browser</h3>
    <p class="soft">
      Each opens a tab: there the victim logs in to the target, and is then led to the attacker’s page, or reads what
      the attacker published. Come back here for what came of it.
    </p>
    <div class="attacks">${all(ofPages)}</div>
    ${
      ofSockets.length === 0
        ? nothing
        : html`<h3>From a socket</h3>
            <p class="soft">These need no browser: the lab makes them itself, against the target only.</p>
            <div class="attacks">${all(ofSockets)}</div>`
    }`
}

function card(attack: Attack, { defences }: Range, trouble: string, act: ViewOptions['act']): TemplateResult {
  const { slug, title, about, why, source, page, run } = attack
  const own = defences.filter(({ name }) => attack.defences.includes(name))
  const isUnderWay = run?.over === false
  return html`<section class="attack" data-slug=${slug} aria-labelledby=${`attack-${slug}`}>
    <h4 id=${`attack-${slug}`}>${title}</h4>
    <p>${about}</p>
    <fieldset>
      <legend>${own.length === 1 ? 'What holds it back' : 'What holds it back: each alone is enough'}</legend>
      ${own.map((defence) => switchOf(slug, defence, act))}
    </fieldset>
    <p class="act">
      ${
        page === null
          ? html`<button
              type="button"
              class="go"
              aria-disabled=${isUnderWay}
              @click=${() => isUnderWay || act.attack(slug)}
            >
              Attack<span class="unseen">: ${title}</span>
            </button>`
          : html`<a class="go" href=${page} target="_blank" rel="noopener"
              >Attack<span class="unseen">: ${title}, in a new tab</span></a
            >`
      }
    </p>
    <p class="alert" role="alert" ?hidden=${!trouble}>${trouble}</p>
    ${run ? outcome(run, own, page !== null) : nothing}
    <details>
      <summary>Why</summary>
      ${why.map((paragraph) => html`<p>${paragraph}</p>`)}
      <p>Read on: <a href=${source.url} target="_blank" rel="noopener noreferrer">${source.name}</a></p>
    </details>
  </section>`
}

function switchOf(slug: string, { name, title, does, on }: Defence, act: ViewOptions['act']): TemplateResult {
  const id = `${slug}-${name}`
  async function change({ currentTarget }: Event) {
    const box = currentTarget as HTMLInputElement
    const wanted = box.checked
    box.checked = on // until the target says so
    await act.turn(slug, { [name]: wanted })
  }
  return html`<div class="switch">
    <input type="checkbox" role="switch" id=${id} aria-describedby=${`${id}-does`} .checked=${on} @change=${change} />
    <label for=${id}>${title} <span class="state">${on ? 'on' : 'off'}</span></label>
    <p class="soft" id=${`${id}-does`}>${does}</p>
  </div>`
}
