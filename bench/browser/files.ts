// What the server of a browser's trial serves beside the lab: the page that is measured, on the very files of transports/.
import { join } from 'node:path'
import type { ExtraFile } from '../../src/server/assets.ts'

export const PAGE = '/bench/browser/page.html'

/** Cross-origin isolation (HTML §7.1.3, COOP and COEP): only then browsers tell their memory, and the time finely. */
const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

export const pageFiles: ExtraFile[] = [
  { url: PAGE, path: join(import.meta.dirname, 'page.html'), headers: isolated },
  { url: '/bench/browser/page.ts', path: join(import.meta.dirname, 'page.ts') },
]
