// A worker that says at each tick of its timer that it ticked: to compare its timers with those of the page.

self.addEventListener('message', ({ data }: MessageEvent<number>) => {
  const tick = () => {
    self.postMessage('tick')
    setTimeout(tick, data)
  }
  setTimeout(tick, data)
})
