// The networks by name, as data: each number, and where it comes from. What is our own choice says so.
import type { Conditions } from './conditions.ts'

export interface Profile {
  name: string
  about: string
  conditions: Partial<Conditions>
}

/** Bytes a second, of a number that the sources give in bits. */
const mbit = (perSecond: number) => (perSecond * 1e6) / 8

/** No profile has an idle cut: the one a user meets is minutes away (NATs: RFC 5382 asks for 124; AWS NLB: 350 s). */
export const profiles = {
  /**
   * Gigabit Ethernet (IEEE 802.3ab) through a switch or two. The delay is our choice, and at the edge of what the proxy can do: its
   * timers go by milliseconds, so a round trip is one to four of them. What it shows is that the proxy itself changes little.
   */
  lan: {
    name: 'lan',
    about: '1 Gbit/s, 1 ms there and back: an office; at the edge of the precision of the proxy',
    conditions: { delayMs: 0.5, upBytesPerSecond: mbit(1000), downBytesPerSecond: mbit(1000) },
  },
  /**
   * WebPageTest's "LTE": 12/12 Mbit/s, 70 ms round trip (www/settings/connectivity.ini.sample in WPO-Foundation/webpagetest). The
   * jitter is our choice: two retransmissions of LTE's radio link, which come 8 ms apart (HARQ RTT, 3GPP TS 36.321 §7.7).
   */
  '4g': {
    name: '4g',
    about: 'LTE as WebPageTest has it: 12 Mbit/s, 70 ms there and back; and up to 16 ms of jitter each way',
    conditions: { delayMs: 35, jitterMs: 16, upBytesPerSecond: mbit(12), downBytesPerSecond: mbit(12) },
  },
  /**
   * WebPageTest's "3G": 1.6 Mbit/s down, 768 kbit/s up, 300 ms round trip (the same file). With half the delay it is its "3G Fast",
   * which is Lighthouse's "Slow 4G" (docs/throttling.md in GoogleChrome/lighthouse). The jitter is our choice.
   */
  '3g': {
    name: '3g',
    about:
      '3G as WebPageTest has it: 1.6 Mbit/s down, 0.77 up, 300 ms there and back; and up to 50 ms of jitter each way',
    conditions: { delayMs: 150, jitterMs: 50, upBytesPerSecond: mbit(0.768), downBytesPerSecond: mbit(1.6) },
  },
  /**
   * A geostationary satellite. 558 ms at least there and back (RFC 2488 §2), "around 600 ms" measured with the way on the ground
   * (G. Huston, "Using LEOs and GEOs", 2022). Bandwidth: the medians of HughesNet in Ookla's tests, third quarter of 2021, 19.30 Mbit/s
   * down and 2.54 up. The jitter is our choice: the wait for a slot on the shared way up, taken for both ways.
   */
  satellite: {
    name: 'satellite',
    about: 'geostationary: 19 Mbit/s down, 2.5 up, 600 ms there and back; and up to 20 ms of jitter each way',
    conditions: { delayMs: 300, jitterMs: 20, upBytesPerSecond: mbit(2.54), downBytesPerSecond: mbit(19.3) },
  },
  /**
   * Bandwidth and 2 ms there and back: Firefox's "Wi-Fi" (devtools, network throttling). Jitter and stalls: of TCP packets on a campus
   * more than half spent over 20 ms on the air there and back, and one in ten over 100 ms (Pei et al., "WiFi can be the weakest link of
   * round trip network latency in the wild", INFOCOM 2016). So the jitter makes a median of about 20 ms, and the stalls the tail: each
   * lasts one retransmission timeout of Linux, which is the round trip and 200 ms at least (TCP_RTO_MIN), and with one in 2 s each way
   * about one round trip in ten takes over 100 ms.
   */
  'lossy-wifi': {
    name: 'lossy-wifi',
    about:
      'a bad place for Wi-Fi: 30 Mbit/s down, 15 up, about 20 ms there and back, and a stall of 220 ms every 2 s each way. ' +
      'The stalls stand in for loss: nothing is lost, since a proxy in user space cannot lose bytes of a TCP stream; a lost segment ' +
      'looks to a program like a silence of one retransmission timeout, and that is what is made here',
    conditions: {
      ...{ delayMs: 1, jitterMs: 18, upBytesPerSecond: mbit(15), downBytesPerSecond: mbit(30) },
      ...{ stallEveryMs: 2000, stallMs: 220 },
    },
  },
} satisfies Record<string, Profile>

export type ProfileName = keyof typeof profiles
export const profileNames = Object.keys(profiles) as ProfileName[]
