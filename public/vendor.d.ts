// The libraries of the page as the lab serves them (src/server/assets.ts); their types are those of the packages.
declare module '*/vendor/uplot.js' {
  import uPlot from 'uplot'
  export default uPlot
}
declare module '*/vendor/lit-html.js' {
  export { html, nothing, render, svg } from 'lit-html'
  export type { SVGTemplateResult, TemplateResult } from 'lit-html'
}
