// Runs before the first paint, so that a dark page is never light for a moment.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    let chosen = null
    try { chosen = localStorage.getItem('theme') } catch { /* storage may be forbidden */ }
    document.documentElement.dataset.theme = chosen ?? (dark.matches ? 'dark' : 'light')
  }
  dark.addEventListener('change', apply)
  apply()
})()
