// The chart library as the lab serves it (src/server/assets.ts); its types are those of the package.
declare module '*/vendor/uplot.js' {
  import uPlot from 'uplot'
  export default uPlot
}
