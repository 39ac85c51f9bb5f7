// The cases that the guide can be asked about: what somebody needs, as questions with a few answers each. Data only.

/** What somebody needs, as the values of `questions`. */
export interface Case {
  /** Seconds that an event may come late. */
  fresh: string
  clients: string
  speaks: string
  between: string
  /** Events a second for each client. */
  often: string
}

export const questions: readonly {
  name: keyof Case
  words: string
  options: readonly (readonly [value: string, words: string])[]
}[] = [
  {
    name: 'fresh',
    words: 'How late may an event come?',
    options: [
      ['0.1', 'a tenth of a second'],
      ['1', 'a second'],
      ['10', 'ten seconds'],
      ['60', 'a minute'],
    ],
  },
  {
    name: 'often',
    words: 'How often is there one?',
    options: [
      ['0.01', 'every few minutes'],
      ['0.1', 'every ten seconds'],
      ['1', 'every second'],
      ['20', 'twenty times a second'],
    ],
  },
  {
    name: 'clients',
    words: 'How many clients?',
    options: [
      ['10', 'ten'],
      ['1000', 'a thousand'],
      ['100000', 'a hundred thousand'],
    ],
  },
  {
    name: 'speaks',
    words: 'Who speaks?',
    options: [
      ['server', 'the server'],
      ['both', 'both, now and then'],
      ['stream', 'both, all the time'],
    ],
  },
  {
    name: 'between',
    words: 'What lies in between?',
    options: [
      ['plain', 'nothing special'],
      ['buffers', 'a proxy that buffers answers'],
      ['http1', 'HTTP/1.1 only, and people open many tabs'],
      ['idle', 'a box that cuts lines idle for a minute'],
      ['upgrade', 'a proxy that lets no Upgrade pass'],
    ],
  },
]
